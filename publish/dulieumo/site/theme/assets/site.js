// What a page gains with JavaScript: theme button, copy buttons, the filter of a list. Heavier parts load when needed.
import { element, fold, loadWords, t } from "./text.js";

themeButton();
if (document.querySelector("[data-filter-list]")) listFilter();
if (document.querySelector("pre.code")) loadWords().then(copyButtons);
if (document.querySelector("[data-search]")) import("./search.js").then((module) => module.start());
if (document.querySelector("[data-preview]")) import("./preview.js").then((module) => module.start());
document.querySelectorAll(".menu").forEach((menu) =>
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menu.open = false;
  }),
);

function themeButton() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  button.hidden = false;
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  show();
  button.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // storage may be forbidden; the choice then holds for this page
    }
    show();
  });
}

function copyButtons() {
  for (const block of document.querySelectorAll("pre.code")) {
    const button = element("button", { class: "copy", type: "button" }, t("copy"));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = t("copied");
      setTimeout(() => (button.textContent = t("copy")), 2000);
    });
    block.append(button);
  }
}

function listFilter() {
  const bar = document.querySelector("[data-filter-list]");
  const [text, kind, status] = ["text", "kind", "status"].map((name) => bar.querySelector(`[data-filter-${name}]`));
  let entries;
  const read = () =>
    [...document.querySelectorAll(".dataset-list > li")].map((entry) => ({
      entry,
      kinds: (entry.dataset.kinds ?? "").split(" "),
      text: fold(entry.textContent),
    }));
  const apply = () => {
    entries ??= read(); // not before someone filters
    const wanted = fold(text.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { entry, kinds, text: own } of entries) {
      const fits = wanted.every((word) => own.includes(word)) && (!kind.value || kinds.includes(kind.value));
      entry.hidden = !fits;
      shown += fits;
    }
    for (const list of document.querySelectorAll(".dataset-list")) {
      const isEmpty = !list.querySelector("li:not([hidden])");
      list.hidden = isEmpty;
      const heading = list.previousElementSibling;
      if (heading?.tagName === "H2") heading.hidden = isEmpty;
    }
    status.textContent = `${shown} / ${entries.length}`;
  };
  bar.hidden = false;
  text.addEventListener("input", apply);
  kind.addEventListener("change", apply);
}
