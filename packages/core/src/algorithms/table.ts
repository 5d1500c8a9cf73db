import type { Kind } from '../options/kind.ts';
import { oneOf, requireKind } from '../options/kind.ts';

/** Where the identifiers of XML Signature and XML Encryption begin. */
export const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
export const DSIG_MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
export const DSIG_MORE_2021 = 'http://www.w3.org/2021/04/xmldsig-more#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

/** Rows by URI and by short name. */
export class AlgorithmTable<Row extends { readonly uri: string; readonly name: string }> {
  readonly rows: readonly Row[];
  // safety: a Map, not an object: no message may name a property.
  readonly #byKey: ReadonlyMap<string, Row>;

  /** What callers may write for a row. */
  readonly named: Kind<string>;
  readonly #option: string;

  /** Takes `rows` and freezes them; they are what an option of this name may be. */
  constructor(option: string, rows: readonly Row[], ...more: readonly string[]) {
    this.#option = option;
    this.named = oneOf<string>([...rows.map(({ name }) => name), ...more, ...rows.map(({ uri }) => uri)]);
    for (const row of rows) Object.freeze(row);
    this.rows = Object.freeze(rows);
    this.#byKey = new Map(rows.flatMap((row) => [[row.uri, row] as const, [row.name, row] as const]));
  }

  /** For what a caller names; of what a message names, `rows` has the URIs. @throws Fault `caller.option-invalid` */
  row(uriOrName: string): Row {
    const row = this.#byKey.get(uriOrName);
    if (row === undefined) requireKind(this.named, uriOrName, this.#option);
    return row!;
  }
}
