/**
 * What is proven of a message whose signature is encrypted as well as its Body.
 *
 * safety: nothing in clear proves it, so both are decrypted to their end first. MAC and digests are then made and compared, all of them,
 * whatever is wrong with any (T37): what is done depends on lengths that show.
 */
import { octetMatcher } from '@parley/codec/internal';
import { digestBase64, equalsText } from '@parley/core/internal';
import { isMacText } from '../open/verify-signatures.ts';
import type { CipherKeys, Clear } from './clear-proof.ts';
import { decipher } from './decrypt-by-template.ts';
import type { HiddenSignature } from './hidden-signature.ts';
import type { CipherTemplate } from './message-template.ts';
import { PAD_ROOM_BYTES } from './prove-by-template.ts';
import type { KnownRequest } from './template-shelf.ts';

/** Everything but the digest of the Body; whether it is right is told by what was decrypted of that. */
export function hiddenProof(
  template: CipherTemplate,
  message: Uint8Array,
  hidden: HiddenSignature,
  keys: CipherKeys,
  { workspace }: KnownRequest,
): Clear | undefined {
  const clear = { octets: message, holes: octetMatcher.holes };
  const everything = template.addressing.read(message, octetMatcher);
  const [signature, content] = decipher(template, message, keys.decrypting, workspace);
  if (signature === undefined || content === undefined) return undefined;
  if (!hidden.mayBe(signature.leastBytes, signature.mostBytes, clear)) return undefined;
  const first = PAD_ROOM_BYTES + hidden.signedInfoBytes;
  const end = template.octets.write(first);
  if (end < 0) return undefined;
  const isSignature = hidden.read(signature.octets, clear);
  const { out } = octetMatcher;
  hidden.writeSignedInfo(out, PAD_ROOM_BYTES);
  const { parts, body, algorithm, signatureValue } = template;
  const mac = keys.resolved.key.macKey(algorithm).macBase64(out, PAD_ROOM_BYTES, first);
  const isMac = isMacText(
    hidden.octets,
    hidden.places[signatureValue * 2]!,
    hidden.places[signatureValue * 2 + 1]!,
    mac,
  );
  const places = new Int32Array((parts.length + 1) * 2);
  places.set([PAD_ROOM_BYTES, first]);
  places.set(octetMatcher.places.subarray(0, parts.length * 2), 2);
  let wrong = 0;
  for (let part = 0; part < parts.length; part++) {
    if (part === body) continue;
    const { digest, digestValue } = parts[part]!;
    const made = digestBase64(digest, template.clearViews.at(part, out, places[part * 2 + 2]!, places[part * 2 + 3]!));
    const isDigest = equalsText(
      hidden.octets,
      hidden.places[digestValue * 2]!,
      hidden.places[digestValue * 2 + 1]!,
      made,
    );
    wrong += isDigest ? 0 : 1;
  }
  const value = parts[body]!.digestValue * 2;
  const startTagBytes = places[body * 2 + 3]! - places[body * 2 + 2]!;
  const isGood = [isSignature, isMac, wrong === 0, signature.isGood, content.isGood].every((isRight) => isRight);
  return {
    template,
    message,
    resolved: keys.resolved,
    decrypting: keys.decrypting,
    mac,
    everything,
    places,
    end,
    bodyDigest: { octets: hidden.octets, start: hidden.places[value]!, end: hidden.places[value + 1]! },
    startTagBytes,
    before: [signature.octets],
    content: { ...content, isGood },
  };
}
