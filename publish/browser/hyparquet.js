// Reads Parquet by ranges. Our files are compressed with zstd; snappy (its own default) is decoded by hyparquet itself.
import { decompress } from "fzstd";

export { asyncBufferFromUrl, cachedAsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

export const compressors = { ZSTD: (input, outputLength) => decompress(input, new Uint8Array(outputLength)) };
