/** An xenc:EncryptedData or xenc:EncryptedKey as it stands in a document, and the ds:KeyInfo that leads to its key. */
import type { Tape } from '@parley/codec';
import { firstChild, nextSibling, textOf } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import { decodeBase64Text } from '@parley/core/internal';
import { UnreadableVector } from './json-record.ts';
import { attributeOf, dsChildren } from './signature-claim.ts';

export interface KeyInfoClaim {
  readonly names: readonly string[];
  /** One for each recipient. */
  readonly encryptedKeys: readonly EncryptedClaim[];
}

export interface EncryptedClaim {
  readonly element: number;
  readonly algorithm: string;
  /** `ds:DigestMethod`, a URI. */
  readonly digest: string | undefined;
  /** `xenc11:MGF`, a URI. */
  readonly mask: string | undefined;
  /** `xenc:OAEPparams`. */
  readonly label: Uint8Array | undefined;
  readonly keyInfo: KeyInfoClaim;
  /** `undefined` for a CipherReference. */
  readonly cipherValue: Uint8Array | undefined;
}

/** The one xenc:EncryptedData of the document. @throws UnreadableVector; Fault `peer.encoding-invalid` */
export function readEncryptedData(tape: Tape): EncryptedClaim {
  const name = localName('EncryptedData');
  const found: number[] = [];
  for (let element = 0; element < tape.elementCount; element++) {
    if (isNamed(tape, element, Namespace.xenc, name)) found.push(element);
  }
  const [element, ...others] = found;
  if (element === undefined || others.length > 0) throw new UnreadableVector('not one EncryptedData');
  return readEncrypted(tape, element);
}

/** What the ds:KeyInfo in `parent` says. @throws UnreadableVector; Fault `peer.encoding-invalid` */
export function readKeyInfo(tape: Tape, parent: number): KeyInfoClaim {
  const keyInfos = dsChildren(tape, parent, 'KeyInfo');
  return {
    names: keyInfos.flatMap((keyInfo) => dsChildren(tape, keyInfo, 'KeyName')).map((name) => textOf(tape, name)),
    encryptedKeys: keyInfos
      .flatMap((keyInfo) => childrenNamed(tape, keyInfo, Namespace.xenc, 'EncryptedKey'))
      .map((key) => readEncrypted(tape, key)),
  };
}

function readEncrypted(tape: Tape, element: number): EncryptedClaim {
  const [method] = childrenNamed(tape, element, Namespace.xenc, 'EncryptionMethod');
  const [data] = childrenNamed(tape, element, Namespace.xenc, 'CipherData');
  if (method === undefined || data === undefined) throw new UnreadableVector('no EncryptionMethod or CipherData');
  const [digest] = dsChildren(tape, method, 'DigestMethod');
  const [mask] = childrenNamed(tape, method, Namespace.xenc11, 'MGF');
  const [label] = childrenNamed(tape, method, Namespace.xenc, 'OAEPparams');
  const [value] = childrenNamed(tape, data, Namespace.xenc, 'CipherValue');
  return {
    element,
    algorithm: attributeOf(tape, method, 'Algorithm') ?? '',
    digest: digest === undefined ? undefined : attributeOf(tape, digest, 'Algorithm'),
    mask: mask === undefined ? undefined : attributeOf(tape, mask, 'Algorithm'),
    label: label === undefined ? undefined : decodeBase64Text(textOf(tape, label)),
    keyInfo: readKeyInfo(tape, element),
    cipherValue: value === undefined ? undefined : decodeBase64Text(textOf(tape, value)),
  };
}

function childrenNamed(tape: Tape, element: number, namespace: number, name: string): readonly number[] {
  const local = localName(name);
  const found: number[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, namespace, local)) found.push(child);
  }
  return found;
}
