// The content of soap:Body in canonical form: what the application reads, without the Ids that a signature needs.
import { OracleDocument } from '../../fuzz/src/differential/libxml2.ts';

/** Exclusive C14N, by libxml2, of the element in `body`, itself canonical octets of soap:Body. */
export function payloadOf(body: Uint8Array): string {
  const document = OracleDocument.parse(body);
  if (document === undefined) throw new Error('libxml2 cannot read the canonical form');
  try {
    return document.canonicalElement(1, {});
  } finally {
    document.close();
  }
}
