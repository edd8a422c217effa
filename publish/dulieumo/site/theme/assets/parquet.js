// The rows of a Parquet file, read by byte ranges, as plain values: strings, numbers, booleans, null.
import { root } from "./text.js";

export const SMALL_BYTES = 3_000_000;
const FIRST_ROWS = 500;

/** A table's file: `rows(all)` reads its first rows or all of them. */
export async function open(facts) {
  const { asyncBufferFromUrl, cachedAsyncBuffer, parquetMetadataAsync, parquetReadObjects, compressors } = await import(
    "./vendor/hyparquet.js"
  );
  const url = new URL(root + facts.parquet, location.href).href;
  const file = cachedAsyncBuffer(await asyncBufferFromUrl({ url, byteLength: facts.bytes }));
  const metadata = await parquetMetadataAsync(file);
  const columns = facts.columns.map((column) => column.name);
  return async (isAll) => {
    const rowEnd = isAll ? facts.rows : Math.min(FIRST_ROWS, facts.rows);
    const read = await parquetReadObjects({ file, metadata, compressors, columns, rowStart: 0, rowEnd });
    return read.map((row) => facts.columns.map((column) => plain(row[column.name], column.type)));
  };
}

function plain(value, type) {
  if (value === null || value === undefined) return null;
  if (type === "time") return time(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return type === "date" ? value.toISOString().slice(0, 10) : value.toISOString().replace(".000Z", "Z");
  if (typeof value === "object") return JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? Number(part) : part));
  return value;
}

/** Microseconds since midnight. */
function time(value) {
  const seconds = Math.floor(Number(value) / 1_000_000);
  const part = (number) => String(number).padStart(2, "0");
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}
