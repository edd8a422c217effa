// Words and numbers in the language of the page, and text compared without accents.
export const root = document.documentElement.dataset.root;
export const language = document.documentElement.lang;
const locale = language === "en" ? "en-GB" : language;

let texts;

/** The site's words for scripts, fetched once. */
export async function loadWords() {
  if (!texts) {
    const answer = await fetch(`${root}assets/words.${language}.json`);
    if (!answer.ok) throw new Error(`words: ${answer.status}`);
    texts = await answer.json();
  }
}

/** The text of `key` with `{names}` filled in; numbers are written the language's way. */
export function t(key, values = {}) {
  return (texts?.[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : String(value);
  });
}

/** Without accents and case. search.py folds the same way. */
export const fold = (text) =>
  text.replace(/[đĐ]/g, "d").normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
export const number = (value) => numbers.format(value);

/** 1234567 → 1,2 MB, in steps of 1,000. */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let step = 0;
  while (bytes >= 1000 && step < units.length - 1) {
    bytes /= 1000;
    step += 1;
  }
  const digits = step === 0 || bytes >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(bytes)} ${units[step]}`;
}

/** 2023-10-19 → 19/10/2023 or 19 Oct 2023. */
export function day(iso) {
  const [year, month, date] = iso.slice(0, 10).split("-");
  if (!date) return iso;
  if (language === "vi") return `${date}/${month}/${year}`;
  return new Date(`${iso.slice(0, 10)}T00:00:00Z`).toLocaleDateString(locale, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
}

/** An element with properties and children; texts become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else if (key in made && !key.startsWith("aria") && key !== "role" && key !== "list") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Offers `text` as a file to save. */
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Rows as CSV (RFC 4180), values as they are in the data. */
export function csv(columns, rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
