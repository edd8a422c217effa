// The worker in which SQLite runs, so that a long query never stops the page.
import start from "./vendor/sqlite.js";

const AFFINITY = { integer: "INTEGER", year: "INTEGER", number: "REAL", boolean: "INTEGER" };
const ready = start({ locateFile: () => new URL("./vendor/sqlite.wasm", import.meta.url).href }).then((SQL) => new SQL.Database());
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

function load(database, { table, columns, rows }) {
  const declared = columns.map(({ name, type }) => `${quoted(name)} ${AFFINITY[type] ?? "TEXT"}`);
  database.run(`CREATE TABLE ${quoted(table)} (${declared.join(", ")})`);
  database.run("BEGIN");
  const insert = database.prepare(`INSERT INTO ${quoted(table)} VALUES (${columns.map(() => "?").join(", ")})`);
  for (const row of rows) insert.run(row.map((value) => (typeof value === "boolean" ? Number(value) : value)));
  insert.free();
  database.run("COMMIT");
}

self.onmessage = async ({ data }) => {
  try {
    const database = await ready;
    if (data.load) {
      load(database, data.load);
      self.postMessage({ id: data.id });
      return;
    }
    const began = performance.now();
    const results = database.exec(data.query);
    const last = results.at(-1) ?? { columns: [], values: [] };
    self.postMessage({ id: data.id, columns: last.columns, rows: last.values, milliseconds: performance.now() - began });
  } catch (error) {
    self.postMessage({ id: data.id, error: error.message });
  }
};
