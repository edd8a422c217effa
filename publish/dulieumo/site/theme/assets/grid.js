// A table of rows: heads that sort, cells written as the language writes them. Texts only, never markup.
import { day, element, number, t } from "./text.js";

const NUMBERS = new Set(["integer", "number"]);

/** Fill `table`. `choose(index)` is called when a column's head is pressed; without it heads are plain. */
export function fill(table, columns, rows, state, choose) {
  const head = columns.map((column, index) => {
    const order = state?.sort === index ? (state.isDown ? "descending" : "ascending") : undefined;
    const name = column.unit ? `${column.title} (${column.unit})` : column.title;
    const content = choose
      ? element(
          "button",
          { type: "button", title: t("sort", { column: column.title }), onclick: () => choose(index) },
          name,
          element("span", { "aria-hidden": "true" }, order === "ascending" ? " ▲" : order === "descending" ? " ▼" : ""),
        )
      : name;
    return element("th", { scope: "col", "aria-sort": order, class: NUMBERS.has(column.type) ? "num" : undefined }, content);
  });
  const widths = columns.map((column, index) => width(rows, column, index));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...columns.map((column, index) => {
        const value = row[index];
        if (value === null || value === undefined) return element("td", { class: NUMBERS.has(column.type) ? "missing num" : "missing" }, element("span", { "aria-hidden": "true" }, "–"), element("span", { class: "visually-hidden" }, t("missing_value")));
        return element("td", { class: widths[index], title: column.labels?.[value] ? String(value) : undefined }, shown(value, column));
      }),
    ),
  );
  table.replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

/** The class of a column's cells, by the longest of the first rows: a long text gets room, a short one is not broken. */
function width(rows, column, index) {
  if (NUMBERS.has(column.type)) return "num";
  const longest = Math.max(0, ...rows.slice(0, 50).map((row) => (row[index] === null ? 0 : shown(row[index], column).length)));
  return longest > 45 ? "long" : longest < 24 ? "short" : undefined;
}

export function shown(value, column) {
  if (column.labels?.[value]) return column.labels[value];
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (column.type === "year") return String(value);
  if (typeof value === "number") return number(value);
  if (column.type === "date") return day(String(value));
  if (column.type === "list") return JSON.parse(value).join(", ");
  if (column.type === "geopoint") {
    const { lon, lat } = JSON.parse(value);
    return `${number(lon)}; ${number(lat)}`;
  }
  return String(value);
}
