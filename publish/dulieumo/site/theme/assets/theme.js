// Before the first paint: the reader's own choice of light or dark, if one was made. Without it the system's rules.
document.documentElement.classList.add("js"); // what only scripts can show may keep its place
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen) document.documentElement.dataset.theme = chosen;
  } catch {
    // storage may be forbidden; then the system's setting holds
  }
})();
