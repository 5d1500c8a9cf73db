/** An envelope sealed the whole way, with a time and chance of ours, and taken apart again. */
import { Tape } from '@parley/codec';
import type { Patch } from '@parley/codec/internal';
import { canonicalOctets, isNamed, localName, Namespace, readDocument, splice } from '@parley/codec/internal';
import type { AlgorithmSuite, DigestAlgorithm, KeyInstance, MacAlgorithm } from '@parley/core';
import { algorithmSuite, DEFAULT_LIMITS } from '@parley/core';
import { decrypt, digestBase64, encodeBase64, formatInstant, macAlgorithm } from '@parley/core/internal';
import { base64Octets, contentOf, endOf, isWithin, startOf } from '../claims/claim.ts';
import type { EncryptedDataClaim } from '../claims/encrypted-data.ts';
import { isEncryptedData, readEncryptedData } from '../claims/encrypted-data.ts';
import { readReferences, readSignature } from '../claims/signature.ts';
import { policyOf } from '../policy/policy-of.ts';
import type { SealRequest } from '../seal/request.ts';
import { sealInFull } from '../seal/seal.ts';
import { NoTemplate } from '../templates/hole-list.ts';
import { variablePrefixBytes } from './request-form.ts';
import { derivedKey } from './seal-template.ts';

export interface SampleReference {
  readonly digest: DigestAlgorithm;
  /** Canonical. */
  readonly octets: Uint8Array;
  /** Whether it stands in the Security header. */
  readonly isWritten: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A sample, taken apart. */
export interface SealedSample {
  readonly octets: Uint8Array;
  readonly suite: AlgorithmSuite;
  readonly mac: MacAlgorithm;
  readonly isDerived: boolean;
  readonly drawBytes: readonly number[];
  readonly security: Range;
  /** Of the Body; behind everything if that is not encrypted. */
  readonly cipherValue: Range;
  /** Of the Body. */
  readonly plaintext: Uint8Array | undefined;
  /** The Signature, if it is encrypted. */
  readonly signature: Uint8Array | undefined;
  readonly signedInfo: Uint8Array;
  readonly references: readonly SampleReference[];
  /** What begins its Ids, if that is another one in each message. */
  readonly prefix: string;
  /** Values in it, as they are numbered. */
  readonly texts: readonly string[];
}

const POLICY = policyOf();
const SECURITY = localName('Security');
const SIGNATURE = localName('Signature');
/** In no envelope, we hope; if it is, the sample is none. */
const ONCE_MS = 987_654_321_012;
const PREFIX = 'QzXvKwJqZxVkWjQz7XvKwJqZxVkWjQz7XvKwJqZxVkWjQz7XvKwJqZxVkWjQzX9a';

/** @throws NoTemplate; what sealing and reading throw */
export function sealedSample(envelope: Uint8Array, request: SealRequest, { secret }: KeyInstance): SealedSample {
  const draws: Uint8Array[] = [];
  const prefix = PREFIX.slice(0, variablePrefixBytes(request));
  const { octets, signatureValues } = sealInFull(envelope, {
    ...withoutWorkspace(request),
    atMs: ONCE_MS,
    ...(prefix === '' ? {} : { idPrefix: prefix }),
    fillRandom: chanceInto(draws),
  });
  const suite = algorithmSuite(request.suite ?? request.context.suite);
  const isDerived = request.keys !== 'direct';
  const tape = scanned(octets);
  const parts = encryptedIn(tape).map((claim): EncryptedPart => {
    const data = base64Octets(tape, claim.cipherValue);
    const key = isDerived
      ? derivedKey(secret, draws[1]!, suite.encryptionKeyBytes)
      : secret.lend((bytes) => bytes.slice());
    try {
      return { claim, data, plaintext: decrypt(claim.cipher, key, data) };
    } finally {
      key.fill(0);
    }
  });
  const plain = scanned(
    splice(
      octets,
      parts.map(({ claim: { element }, plaintext }): Patch => {
        return { start: startOf(tape, element), end: endOf(tape, element), with: plaintext };
      }),
    ),
  );
  const securityElement = elementNamed(tape, Namespace.wsse, SECURITY);
  const ofSignature = parts.find(({ claim }) => isWithin(tape, claim.element, securityElement));
  const ofBody = parts.find((part) => part !== ofSignature);
  const { signedInfo, references } = signatureOf(plain);
  const values = [formatInstant(ONCE_MS), formatInstant(ONCE_MS + request.timestampLifetimeMs), prefix];
  values.push(...draws.map(encodeBase64), ...references.map(({ digest, octets: part }) => digestBase64(digest, part)));
  values.push(...signatureValues, ...(ofSignature === undefined ? [] : [encodeBase64(ofSignature.data)]));
  if (signatureValues.length !== 1 || parts.length > 2) throw new NoTemplate();
  return {
    octets,
    suite,
    mac: request.mac === undefined ? suite.mac : macAlgorithm(request.mac),
    isDerived,
    drawBytes: draws.map(({ length }) => length),
    security: { start: startOf(tape, securityElement), end: endOf(tape, securityElement) },
    cipherValue: ofBody === undefined ? { start: octets.length, end: octets.length } : contentRange(tape, ofBody.claim),
    plaintext: ofBody?.plaintext,
    signature: ofSignature?.plaintext,
    signedInfo,
    references,
    prefix,
    texts: values,
  };
}

interface EncryptedPart {
  readonly claim: EncryptedDataClaim;
  readonly data: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** With one of its own, that is wiped when the message is made. */
export function withoutWorkspace({ workspace: _, ...request }: SealRequest): SealRequest {
  return request;
}

/** Fills with octets that are never the same, and keeps them. */
export function chanceInto(draws: Uint8Array[], seed = 1): (out: Uint8Array) => void {
  return (out) => {
    for (let at = 0; at < out.length; at++)
      out[at] = (Math.imul(draws.length * 256 + at + 1, seed * 0x9e3779b1) >>> 13) & 0xff;
    draws.push(out.slice());
  };
}

function scanned(octets: Uint8Array): Tape {
  const tape = new Tape();
  readDocument(octets, DEFAULT_LIMITS, tape, 'scan');
  return tape;
}

function encryptedIn(tape: Tape): readonly EncryptedDataClaim[] {
  const found: EncryptedDataClaim[] = [];
  for (let element = 0; element < tape.elementCount; element++)
    if (isEncryptedData(tape, element)) found.push(readEncryptedData(tape, element));
  return found;
}

/** The only one of that name. @throws NoTemplate */
function elementNamed(tape: Tape, namespace: number, name: Uint8Array): number {
  const found: number[] = [];
  for (let element = 0; element < tape.elementCount; element++)
    if (isNamed(tape, element, namespace, name)) found.push(element);
  if (found.length !== 1) throw new NoTemplate();
  return found[0]!;
}

function contentRange(tape: Tape, { cipherValue }: EncryptedDataClaim): Range {
  const start = contentOf(tape, cipherValue);
  return { start, end: tape.bytes.indexOf(LESS, start) };
}

const LESS = 0x3c;

/** @throws NoTemplate */
function signatureOf(tape: Tape): Pick<SealedSample, 'signedInfo' | 'references'> {
  const security = elementNamed(tape, Namespace.wsse, SECURITY);
  const claim = readSignature(tape, elementNamed(tape, Namespace.ds, SIGNATURE), POLICY);
  const references = readReferences(tape, claim, POLICY).map(
    ({ target, canonicalisation, digest, isTokenTransform }): SampleReference => {
      if (isTokenTransform) throw new NoTemplate();
      const octets = canonicalOctets(tape, { element: target, canonicalisation });
      return { digest, octets, isWritten: isWithin(tape, target, security) };
    },
  );
  const { signedInfo, canonicalisation } = claim;
  return { signedInfo: canonicalOctets(tape, { element: signedInfo, canonicalisation }), references };
}
