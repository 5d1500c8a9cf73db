/** Tables as Parquet files: columns of few kinds, whole files in memory. */
import { Fault } from '@parley/core';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ObjectStore } from '../objects/object-store.ts';

/** What a column may hold, and the value in a row. */
export interface ColumnValues {
  readonly STRING: string;
  readonly BOOLEAN: boolean;
  readonly INT32: number;
  /** Whole numbers to 2^53. */
  readonly INT64: number;
  readonly TIMESTAMP: Date;
}

export interface Column {
  readonly type: keyof ColumnValues;
  readonly nullable?: true;
}

/** The columns of a table, in order. */
export type Columns = Readonly<Record<string, Column>>;

/** A row of a table of `C`. */
export type Row<C extends Columns> = {
  readonly [Name in keyof C]:
    | ColumnValues[C[Name]['type']]
    | (C[Name] extends { readonly nullable: true } ? undefined : never);
};

/** A Parquet file of `rows`; groups of rows are as long as `groups` says. The same rows give the same octets. */
export function parquetOf<C extends Columns>(
  columns: C,
  rows: readonly Row<C>[],
  groups: readonly number[] | undefined,
): Uint8Array {
  const file = parquetWriteBuffer({
    createdBy: 'parley',
    columnData: Object.entries(columns).map(([name, { type, nullable }]) => ({
      name,
      type,
      nullable: nullable === true,
      data: rows.map((row) => stored(type, row[name])),
    })),
    ...(groups === undefined ? {} : { rowGroupSize: [...groups] }),
  });
  return new Uint8Array(file);
}

/** All rows of a Parquet file of ours. @throws Fault `caller.input-invalid` it is not one */
export async function readTable<C extends Columns>(
  columns: C,
  store: ObjectStore,
  name: string,
): Promise<readonly Row<C>[]> {
  const octets = await store.get(name);
  if (octets === undefined) throw new Fault('caller.input-invalid', { file: name, reason: 'it is gone' });
  try {
    const read = await parquetReadObjects({ file: new Uint8Array(octets).buffer, columns: Object.keys(columns) });
    return read.map((row) => given(columns, row));
  } catch (error) {
    throw new Fault('caller.input-invalid', { file: name, reason: 'no Parquet file of ours' }, error);
  }
}

function stored(type: Column['type'], value: unknown): unknown {
  if (value === undefined) return null;
  return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
}

/** A row as it was read. */
export function given<C extends Columns>(columns: C, row: Readonly<Record<string, unknown>>): Row<C> {
  const entries = Object.keys(columns).map((name) => {
    const value = row[name];
    if (typeof value === 'bigint') return [name, Number(value)];
    return [name, value === null ? undefined : value];
  });
  return Object.fromEntries(entries) as Row<C>;
}
