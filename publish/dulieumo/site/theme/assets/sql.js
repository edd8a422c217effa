// SQL over the tables of the page. SQLite runs in a worker of this page; nothing is sent anywhere.
import { fill } from "./grid.js";
import { csv, element, save, t } from "./text.js";

const MOST_ROWS = 200_000;
const SHOWN = 200;

let worker;
let turn = 0;
const waiting = new Map();

function ask(message) {
  worker ??= launch();
  turn += 1;
  const id = turn;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, ...message });
  });
}

function launch() {
  const made = new Worker(new URL("./sql-worker.js", import.meta.url), { type: "module" });
  made.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(data);
  };
  made.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message));
    waiting.clear();
  };
  return made;
}

const loaded = new Map();

/** Load a table of the page into the database, once. */
function load(table) {
  const { facts } = table;
  if (!loaded.has(facts.table)) {
    const loading = (async () => {
      const read = await table.read();
      const isAll = facts.rows <= MOST_ROWS;
      const rows = (await read(isAll)).slice(0, MOST_ROWS);
      const columns = facts.columns.map(({ name, type }) => ({ name, type }));
      await ask({ load: { table: facts.sql, columns, rows } });
      return isAll ? null : t("sql_too_big", { n: rows.length });
    })();
    loaded.set(facts.table, loading);
  }
  return loaded.get(facts.table);
}

/** Whether what a query made is numbers only, to stand to the right. */
function isNumeric({ columns, rows }, name) {
  const values = rows.slice(0, SHOWN).map((row) => row[columns.indexOf(name)]).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === "number");
}

export async function start(panel, tables, facts) {
  const statement = element("textarea", { class: "sql-text", rows: 6, spellcheck: false, "aria-label": t("sql_label"), value: facts.query });
  const run = element("button", { class: "button", type: "button" }, t("sql_run"));
  const download = element("button", { class: "button button-quiet", type: "button", hidden: true }, t("save_csv"));
  const status = element("p", { class: "preview-status", role: "status" }, t("loading"));
  const grid = element("table", { class: "grid" });
  const region = element("div", { class: "scroll grid-scroll", role: "region", tabIndex: 0, "aria-label": `SQL: ${facts.title}`, hidden: true }, grid);
  const schema = element("p", { class: "quiet" }, tables.map((one) => `${one.facts.sql} (${one.facts.columns.map((column) => column.name).join(", ")})`).join("; "));
  panel.replaceChildren(element("p", { class: "quiet" }, t("sql_hint")), schema, statement, element("p", { class: "preview-actions" }, run, download), status, region);
  let result = null;

  const execute = async () => {
    run.disabled = true;
    status.textContent = t("loading");
    try {
      const notes = (await Promise.all(tables.map(load))).filter(Boolean);
      result = await ask({ query: statement.value });
      const columns = result.columns.map((name) => facts.columns.find((column) => column.name === name) ?? { name, title: name, type: isNumeric(result, name) ? "number" : "" });
      fill(grid, columns.map((column) => ({ ...column, title: column.name, unit: undefined })), result.rows.slice(0, SHOWN));
      region.hidden = !result.columns.length;
      download.hidden = !result.rows.length;
      status.textContent = [t("sql_rows", { n: result.rows.length, ms: Math.round(result.milliseconds) }), ...notes].join(" · ");
    } catch (error) {
      region.hidden = true;
      download.hidden = true;
      status.textContent = t("sql_error", { cause: error.message });
    }
    run.disabled = false;
  };
  run.addEventListener("click", execute);
  statement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) execute();
  });
  download.addEventListener("click", () => save("sql.csv", csv(result.columns, result.rows)));
  await execute();
}
