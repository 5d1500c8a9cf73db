/** Groups of rows of our Parquet files, read without the ends of these, which say of all groups where they are. */
import { Fault } from '@parley/core';
import type { ColumnChunk, FileMetaData } from 'hyparquet';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Columns, Row } from './parquet.ts';
import { given, parquetOf } from './parquet.ts';

/** Where a column of a group lies in its file. */
export interface ColumnPlace {
  readonly start: number;
  readonly bytes: number;
  /** After its dictionary, if there is one. */
  readonly data: number;
}

/** A group of rows, as it lies in its file. */
export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnPlace[];
}

/** The groups of a Parquet file of ours, in order. */
export function groupsOf(file: Uint8Array): readonly RowGroup[] {
  return parquetMetadata(new Uint8Array(file).buffer).row_groups.map(({ num_rows: rows, columns }) => ({
    rows: Number(rows),
    columns: columns.map(({ meta_data: column }) => {
      const data = Number(column?.data_page_offset);
      const start = Number(column?.dictionary_page_offset ?? data);
      return { start, bytes: Number(column?.total_compressed_size), data };
    }),
  }));
}

/** The rows of a group, by one read. @throws Fault `caller.input-invalid` there is none */
export async function readGroup<C extends Columns>(
  columns: C,
  store: ObjectStore,
  name: string,
  group: RowGroup,
): Promise<readonly Row<C>[]> {
  const start = Math.min(...group.columns.map((column) => column.start));
  const end = Math.max(...group.columns.map((column) => column.start + column.bytes));
  const octets = await store.get(name, { start, end });
  if (octets === undefined) throw new Fault('caller.input-invalid', { file: name, reason: 'it is gone' });
  const slice = (from: number, to: number = end): ArrayBuffer =>
    new Uint8Array(octets.subarray(from - start, to - start)).buffer;
  try {
    const file = { byteLength: end, slice };
    const read = await parquetReadObjects({
      file,
      metadata: metadataOf(columns, group),
      columns: Object.keys(columns),
    });
    return read.map((row) => given(columns, row));
  } catch (error) {
    throw new Fault('caller.input-invalid', { file: name, reason: 'no Parquet file of ours' }, error);
  }
}

/** What the end of a file would say that had this group only. */
function metadataOf(columns: Columns, { rows, columns: places }: RowGroup): FileMetaData {
  const { row_groups: _none, ...common } = parquetMetadata(new Uint8Array(parquetOf(columns, [], undefined)).buffer);
  const chunks = common.schema.slice(1).map(({ name, type }, index): ColumnChunk => {
    const { start = 0, bytes = 0, data = 0 } = places[index] ?? {};
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: type ?? 'BYTE_ARRAY',
        encodings: [],
        path_in_schema: [name],
        codec: 'SNAPPY',
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(bytes),
        total_compressed_size: BigInt(bytes),
        data_page_offset: BigInt(data),
        ...(data === start ? {} : { dictionary_page_offset: BigInt(start) }),
      },
    };
  });
  const sizeBytes = places.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ...common,
    num_rows: BigInt(rows),
    row_groups: [{ columns: chunks, total_byte_size: BigInt(sizeBytes), num_rows: BigInt(rows) }],
  };
}
