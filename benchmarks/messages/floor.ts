/**
 * What opening and sealing a message cannot do without: its digests, its MAC or signature, its ciphers and its RSA
 * operations over the very same octets, by the cheapest calls that Node has. Opening derives no key, because a key that
 * was derived before need not be derived again; sealing derives, because its nonces are fresh. No XML, no base64.
 */
import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import type { CipherAlgorithm, SecurityContext } from '@parley/core';
import { cipherAlgorithm, DEFAULT_LIMITS, decrypt, deriveKey, macAlgorithm } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import { open } from '@parley/engine';
import { must } from '../corpus.ts';
import { decipheringOne, digesting, keyOctets, macing } from '../crypto-floor.ts';
import type { SynchronousSubject } from '../measure.ts';
import { cipherValues, signatureValueOf, signedInfoOf } from '../signed-parts.ts';
import { ALICE, BOB, CONTEXT_SECRET } from './kinds.ts';
import type { SecuredMessages } from './secured.ts';

export const OPEN_FLOOR = 'crypto floor of open';
export const SEAL_FLOOR = 'crypto floor of seal';

/** One operation, or all of them, in one direction. */
type Step = () => unknown;

interface BothWays {
  readonly open: readonly Step[];
  readonly seal: readonly Step[];
}

/** Both floors of the first message. What it says was computed here once, and was right. */
export function floorSubjects({ name, kind, messages, bytes }: SecuredMessages): readonly SynchronousSubject[] {
  const octets = messages[0]!;
  const opened = must(open(octets, kind.opening));
  const values = cipherValues(tapeOf(octets));
  const steps =
    'context' in kind.sealing
      ? floorInContext(octets, values, opened, kind.sealing.context)
      : floorOfCertificates(octets, values, opened);
  const all = (wanted: readonly Step[]) => (): void => {
    for (const step of wanted) step();
  };
  return [
    { name: OPEN_FLOOR, message: name, bytes, run: all(steps.open) },
    { name: SEAL_FLOOR, message: name, bytes, run: all(steps.seal) },
  ];
}

function floorInContext(
  octets: Uint8Array,
  values: readonly Uint8Array[],
  opened: OpenedMessage,
  context: SecurityContext,
): BothWays {
  const encrypted = opened.encrypted.map(({ cipher, key }, index) =>
    encryptedOf(cipherAlgorithm(cipher), keyOctets(context, key), values[index]!),
  );
  const signed = signatureIn(octets, encrypted);
  const { algorithm, key } = opened.signed[0]!;
  const computeMac = macing(macAlgorithm(algorithm), keyOctets(context, key), signed.signedInfo);
  if (computeMac() !== signed.value) throw new Error('the floor computes another MAC than the message has');
  const digests = digestsOf(opened, signed.signedInfo);
  return {
    open: [...encrypted.map(({ decipher }) => decipher), computeMac, ...digests],
    seal: [...derivationsOf(opened), ...digests, computeMac, ...encrypted.map(({ encipher }) => encipher)],
  };
}

function floorOfCertificates(octets: Uint8Array, values: readonly Uint8Array[], opened: OpenedMessage): BothWays {
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const decrypting = { key: createPrivateKey(BOB.privateKeyPem), ...oaep };
  const encrypting = { key: createPublicKey(BOB.privateKeyPem), ...oaep };
  const [sessionKeyValue, ...dataValues] = values;
  const sessionKey = privateDecrypt(decrypting, sessionKeyValue!);
  const encrypted = opened.encrypted.map(({ cipher }, index) =>
    encryptedOf(cipherAlgorithm(cipher), sessionKey, dataValues[index]!),
  );
  const { signedInfo, value } = signatureIn(octets, encrypted);
  const signature = Buffer.from(value, 'base64');
  const signing = createPrivateKey(ALICE.privateKeyPem);
  const verifying = createPublicKey(signing);
  if (!verify('sha256', signedInfo, verifying, signature)) throw new Error('the floor finds the signature wrong');
  const digests = digestsOf(opened, signedInfo);
  return {
    open: [
      () => privateDecrypt(decrypting, sessionKeyValue!),
      ...encrypted.map(({ decipher }) => decipher),
      () => verify('sha256', signedInfo, verifying, signature),
      ...digests,
    ],
    seal: [
      ...digests,
      () => sign('sha256', signedInfo, signing),
      ...encrypted.map(({ encipher }) => encipher),
      () => publicEncrypt(encrypting, sessionKey),
    ],
  };
}

function digestsOf(opened: OpenedMessage, signedInfo: Uint8Array): readonly Step[] {
  const text = new TextDecoder().decode(signedInfo);
  return opened.signed.map(({ digest, bytes }) => {
    const step = digesting(digest, bytes);
    if (!text.includes(`>${step()}<`)) throw new Error('the floor computes other digests than the message has');
    return step;
  });
}

/** Each key once. */
function derivationsOf({ signed, encrypted }: OpenedMessage): readonly Step[] {
  const derivations = [...signed, ...encrypted].flatMap(({ key }) => ('derivation' in key ? key.derivation : []));
  const byNonce = new Map(derivations.map((derivation) => [derivation.nonceBase64, derivation]));
  return Array.from(byNonce.values(), ({ label, nonceBase64, offsetBytes, lengthBytes }) => {
    const spec = { label, nonce: Buffer.from(nonceBase64, 'base64'), offsetBytes };
    const out = new Uint8Array(lengthBytes);
    return () => deriveKey(CONTEXT_SECRET, spec, out);
  });
}

interface Encrypted {
  readonly plaintext: Uint8Array;
  readonly decipher: Step;
  readonly encipher: Step;
}

function encryptedOf(algorithm: CipherAlgorithm, key: Uint8Array, value: Uint8Array): Encrypted {
  if (algorithm.mode !== 'cbc') throw new Error('these messages are in CBC');
  const plaintext = decrypt(algorithm, key, value);
  const iv = value.subarray(0, algorithm.ivBytes);
  const encipher = (): void => {
    const cipher = createCipheriv(algorithm.nodeName, key, iv);
    cipher.update(plaintext);
    cipher.final();
  };
  return { plaintext, decipher: decipheringOne(algorithm, key, value), encipher };
}

const ENCRYPTED_DATA = /<(\w+:)EncryptedData[ >].*?<\/\1EncryptedData>/gs;

/** The one signature, once what is encrypted has been put in. */
function signatureIn(
  octets: Uint8Array,
  encrypted: readonly Encrypted[],
): { readonly signedInfo: Uint8Array; readonly value: string } {
  const decoder = new TextDecoder();
  let next = 0;
  const clear = decoder.decode(octets).replace(ENCRYPTED_DATA, () => decoder.decode(encrypted[next++]!.plaintext));
  const tape = tapeOf(new TextEncoder().encode(clear));
  const sink = new OctetSink();
  canonicalise(tape, signedInfoOf(tape), sink);
  return { signedInfo: sink.bytes.slice(0, sink.length), value: signatureValueOf(tape) };
}

function tapeOf(octets: Uint8Array): Tape {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  return tape;
}
