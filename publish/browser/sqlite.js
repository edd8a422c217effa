// SQLite in WebAssembly: the database behind SQL on the page.
import start from "sql.js/dist/sql-wasm-browser.js";

export default start;
