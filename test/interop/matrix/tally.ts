// How many messages went as they should: tables of rows and columns.

export const COLUMNS = {
  'to dom': '→ DOM',
  'from dom': '← DOM',
  'to stax': '→ StAX',
  'from stax': '← StAX',
  'to xmlsec1': '→ xmlsec1',
  'from xmlsec1': '← xmlsec1',
  'to xml-crypto': '→ xml-crypto',
  'from xml-crypto': '← xml-crypto',
} as const;

export type Column = keyof typeof COLUMNS;

export class Tally {
  readonly #counts = new Map<string, number>();

  /** One more message went as it should. */
  add(table: string, row: string, column: Column): void {
    this.#counts.set(keyOf(table, row, column), this.count(table, row, column) + 1);
  }

  count(table: string, row: string, column: Column): number {
    return this.#counts.get(keyOf(table, row, column)) ?? 0;
  }
}

function keyOf(table: string, row: string, column: Column): string {
  return `${table}: ${row}: ${column}`;
}
