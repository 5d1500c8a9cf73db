import { Fault } from '../base/fault.ts';

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

  /** Takes `rows` and freezes them. */
  constructor(rows: readonly Row[]) {
    for (const row of rows) Object.freeze(row);
    this.rows = Object.freeze(rows);
    this.#byKey = new Map(rows.flatMap((row) => [[row.uri, row] as const, [row.name, row] as const]));
  }

  /** @throws Fault `peer.alg-forbidden` */
  row(uriOrName: string): Row {
    const row = this.#byKey.get(uriOrName);
    if (row === undefined) throw new Fault('peer.alg-forbidden', { algorithm: uriOrName.slice(0, 128) });
    return row;
  }
}
