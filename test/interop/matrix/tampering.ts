// Changes to a secured message that every side has to refuse.
import { sampleSecret, text } from '../../engine/support/sample.ts';
import { type Shape, SIGN } from './choice.ts';

export type Tampering = 'header' | 'body' | 'signature-value' | 'other-secret' | 'stale';

export const TAMPERINGS: Readonly<Record<Tampering, string>> = {
  header: 'a signed header changed',
  body: 'an octet of soap:Body changed',
  'signature-value': 'an octet of ds:SignatureValue changed',
  'other-secret': 'another secret',
  stale: 'an hour old',
};

/** What can be done to a message of this shape: an encrypted signature shows no SignatureValue. */
export function tamperingsOf(shape: Shape): readonly Tampering[] {
  const all = Object.keys(TAMPERINGS) as Tampering[];
  return shape.encrypt === 'body-and-signature' ? all.filter((kind) => kind !== 'signature-value') : all;
}

/** What peers without a notion of time can see. */
export const TIMELESS_TAMPERINGS: readonly Tampering[] = tamperingsOf(SIGN).filter((kind) => kind !== 'stale');

export const OTHER_SECRET = sampleSecret(100);

/** The message with the change; `other-secret` and `stale` leave it as it is. */
export function tampered(message: Uint8Array, kind: Tampering): Uint8Array {
  const before = text(message);
  if (kind === 'header') return encoder.encode(replaceOnce(before, 'urn:example:ping', 'urn:example:pong'));
  if (kind === 'signature-value') return encoder.encode(withOtherBase64(before, before.indexOf('SignatureValue>')));
  if (kind !== 'body') return message;
  const body = before.search(/<[^<>/]*:Body[ >]/);
  const cipherValue = before.indexOf('CipherValue>', body);
  return encoder.encode(
    cipherValue < 0 ? replaceOnce(before, 'note="', 'note=" ') : withOtherBase64(before, cipherValue),
  );
}

const encoder = new TextEncoder();

function replaceOnce(from: string, what: string, by: string): string {
  if (!from.includes(what)) throw new Error(`not in the message: ${what}`);
  return from.replace(what, () => by);
}

/** Changes the fifth character of the text of the element whose start tag ends at the `>` after `from`. */
function withOtherBase64(message: string, from: number): string {
  const at = message.indexOf('>', from) + 5;
  if (from < 0) throw new Error('nothing to change');
  return `${message.slice(0, at)}${message[at] === 'A' ? 'B' : 'A'}${message.slice(at + 1)}`;
}
