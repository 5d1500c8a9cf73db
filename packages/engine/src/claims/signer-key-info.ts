/** ds:KeyInfo of a signature with a public key: an STR and, where the policy takes it, ds:X509Data beside or instead of it. */
import type { Tape } from '@parley/codec';
import { firstChild, nextSibling } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import { requireElementOnly } from './claim.ts';
import { readKeyInfo } from './signature.ts';
import { isTokenReference } from './token-reference.ts';
import { isX509Data } from './x509-data.ts';

/** Element indexes; -1 for none. One of the two is there. */
export interface SignerKeyInfo {
  readonly tokenReference: number;
  readonly x509Data: number;
}

/** @throws Fault `peer.keyinfo-forbidden` no KeyInfo, anything else in it, or one of the two twice; `peer.structure-invalid`. */
export function readSignerKeyInfo(
  tape: Tape,
  keyInfo: number,
  { allowBareX509Data }: Pick<Policy, 'allowBareX509Data'>,
): SignerKeyInfo {
  if (!allowBareX509Data && hasX509Data(tape, keyInfo))
    throw refusedBy('allowBareX509Data', 'peer.keyinfo-forbidden', { reason: 'ds:X509Data' });
  if (!allowBareX509Data || keyInfo < 0) return { tokenReference: readKeyInfo(tape, keyInfo), x509Data: -1 };
  requireElementOnly(tape, keyInfo, 'ds:KeyInfo');
  let tokenReference = -1;
  let x509Data = -1;
  for (let child = firstChild(tape, keyInfo); child >= 0; child = nextSibling(tape, child)) {
    if (tokenReference < 0 && isTokenReference(tape, child)) tokenReference = child;
    else if (x509Data < 0 && isX509Data(tape, child)) x509Data = child;
    else throw new Fault('peer.keyinfo-forbidden', { reason: 'not one reference and one ds:X509Data' });
  }
  if (tokenReference < 0 && x509Data < 0) throw new Fault('peer.keyinfo-forbidden', { reason: 'ds:KeyInfo is empty' });
  return { tokenReference, x509Data };
}

function hasX509Data(tape: Tape, keyInfo: number): boolean {
  for (let child = keyInfo < 0 ? -1 : firstChild(tape, keyInfo); child >= 0; child = nextSibling(tape, child))
    if (isX509Data(tape, child)) return true;
  return false;
}
