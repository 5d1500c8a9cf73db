import { Fault } from '@parley/core';
import { malformed } from './malformed.ts';

/**
 * Where the text begins: past a UTF-8 byte order mark.
 * @throws Fault `peer.encoding-forbidden` for what looks like UTF-16 or UTF-32, `peer.xml-malformed` for nothing at all
 */
export function textStart(bytes: Uint8Array): number {
  if (bytes.length === 0) malformed(0, 'empty');
  const first = bytes[0];
  const second = bytes[1];
  const isByteOrderMark = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe);
  if (isByteOrderMark || first === 0 || second === 0) throw new Fault('peer.encoding-forbidden', { offset: 0 });
  return first === 0xef && second === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
