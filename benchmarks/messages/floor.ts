/**
 * What opening and sealing a message cannot do without: its digests, its MAC or signature, its ciphers and its RSA
 * operations over the very same octets, by the cheapest calls that Node has. Opening derives no key, because a key that
 * was derived before need not be derived again; sealing derives, because its nonces are fresh. No XML, no base64.
 */
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { deriveKey } from '@parley/core';
import { macAlgorithm } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import { decipheringOne, digesting, macing } from '../crypto-floor.ts';
import type { SynchronousSubject } from '../measure.ts';
import { ALICE, BOB, CONTEXT_SECRET } from './kinds.ts';
import type { SecuredMessages } from './secured.ts';
import type { EncryptedText, TakenApart } from './taken-apart.ts';
import { OAEP, takeApart } from './taken-apart.ts';

export const OPEN_FLOOR = 'crypto floor of open';
export const SEAL_FLOOR = 'crypto floor of seal';

type Step = () => unknown;

/** One operation, or some, to be done by each side. */
interface BothWays {
  readonly open: readonly Step[];
  readonly seal: readonly Step[];
}

/** Both floors of the first message. What it says was computed here once, and was right. */
export function floorSubjects({ name, kind, messages, bytes }: SecuredMessages): readonly SynchronousSubject[] {
  const parts = takeApart(messages[0]!, kind);
  const all = [
    parts.macKey === undefined ? rsaSignature(parts) : mac(parts, parts.macKey),
    digests(parts),
    ...parts.encrypted.map(enciphering),
    parts.sessionKeyValue === undefined ? derivations(parts.opened) : keyTransport(parts.sessionKeyValue),
  ];
  const subject = (floor: string, way: keyof BothWays): SynchronousSubject => {
    const steps = all.flatMap((part) => part[way]);
    const run = (): void => {
      for (const step of steps) step();
    };
    return { name: floor, message: name, bytes, run };
  };
  return [subject(OPEN_FLOOR, 'open'), ...(kind.sealing === undefined ? [] : [subject(SEAL_FLOOR, 'seal')])];
}

function mac({ opened, signedInfo, signatureValueBase64 }: TakenApart, key: Uint8Array): BothWays {
  const compute = macing(macAlgorithm(opened.signed[0]!.algorithm), key, signedInfo);
  if (compute() !== signatureValueBase64) throw new Error('the floor computes another MAC than the message has');
  return { open: [compute], seal: [compute] };
}

function rsaSignature({ opened, signedInfo, signatureValueBase64 }: TakenApart): BothWays {
  if (opened.signed[0]!.algorithm !== 'rsa-sha256') throw new Error('these messages are signed with rsa-sha256');
  const signature = Buffer.from(signatureValueBase64, 'base64');
  const privateKey = createPrivateKey(ALICE.privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const check = (): boolean => verify('sha256', signedInfo, publicKey, signature);
  if (!check()) throw new Error('the floor finds the signature wrong');
  return { open: [check], seal: [() => sign('sha256', signedInfo, privateKey)] };
}

function digests({ opened, signedInfo }: TakenApart): BothWays {
  const text = new TextDecoder().decode(signedInfo);
  const steps = opened.signed.map(({ digest, bytes }) => digesting(digest, bytes));
  if (!steps.every((step) => text.includes(`>${step()}<`)))
    throw new Error('the floor computes other digests than the message has');
  return { open: steps, seal: steps };
}

function enciphering({ algorithm, key, value, plaintext }: EncryptedText): BothWays {
  if (algorithm.mode !== 'cbc') throw new Error('these messages are encrypted with CBC');
  const iv = value.subarray(0, algorithm.ivBytes);
  const encipher = (): void => {
    const cipher = createCipheriv(algorithm.nodeName, key, iv);
    cipher.update(plaintext);
    cipher.final();
  };
  return { open: [decipheringOne(algorithm, key, value)], seal: [encipher] };
}

function derivations({ signed, encrypted }: OpenedMessage): BothWays {
  const all = [...signed, ...encrypted].flatMap(({ key }) => ('derivation' in key ? key.derivation : []));
  const once = new Map(all.map((derivation) => [derivation.nonceBase64, derivation]));
  const steps = Array.from(once.values(), ({ label, nonceBase64, offsetBytes, lengthBytes }) => {
    const spec = { label, nonce: Buffer.from(nonceBase64, 'base64'), offsetBytes };
    const out = new Uint8Array(lengthBytes);
    return () => deriveKey(CONTEXT_SECRET, spec, out);
  });
  return { open: [], seal: steps };
}

function keyTransport(sessionKeyValue: Uint8Array): BothWays {
  const privateKey = { key: createPrivateKey(BOB.privateKeyPem), ...OAEP };
  const publicKey = { key: createPublicKey(BOB.privateKeyPem), ...OAEP };
  const sessionKey = privateDecrypt(privateKey, sessionKeyValue);
  return {
    open: [() => privateDecrypt(privateKey, sessionKeyValue)],
    seal: [() => publicEncrypt(publicKey, sessionKey)],
  };
}
