// Comfort only: everything works without this file.
"use strict";

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const said = zone.querySelector(".drop-said");
  zone.querySelector(".drop-hint").hidden = false;
  const look = () => {
    const file = input.files[0];
    const large = file && file.size > Number(zone.dataset.most);
    said.textContent = large ? zone.dataset.large : "";
    input.setCustomValidity(large ? zone.dataset.large : "");
  };
  input.addEventListener("change", look);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    look();
  });
}

// A file that misses its place must not replace the page.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button.button");
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.busy;
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
