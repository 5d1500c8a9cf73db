// The messages of the conformance kit: of three contexts in turn, some forged, some too large for the policy.
// @ts-check
import { envelope } from '@parley/conversation';
import { contextOf, unwrap } from '@parley/core';
import { seal, sealProfile } from '@parley/engine';

export const LARGEST_MESSAGE_BYTES = 256 * 1024;
const LIFETIME_MS = 3_600_000;

/** @param {number} startMs when the kit began: contexts must be the same in every process */
export function contextsOf(startMs) {
  return ['one', 'two', 'three'].map((name, index) =>
    contextOf({
      identifier: `urn:uuid:${name}`,
      secret: new Uint8Array(32).fill(index + 1),
      createdAtMs: startMs - 60_000,
      expiresAtMs: startMs + LIFETIME_MS,
    }),
  );
}

/** @param {number} index */
export function kindOf(index) {
  if (index % 97 === 13) return 'forged';
  return index % 499 === 17 ? 'oversize' : 'good';
}

/**
 * @param {number} index
 * @param {number} startMs
 * @returns {{ octets: Uint8Array, key: string }}
 */
export function messageAt(index, startMs) {
  const contexts = contextsOf(startMs);
  const context = contexts[index % contexts.length];
  if (context === undefined) throw new Error('no context');
  const kind = kindOf(index);
  const filling = kind === 'oversize' ? 'x'.repeat(LARGEST_MESSAGE_BYTES) : 'text '.repeat(800);
  const body = `<Order xmlns="urn:m" n="${index}">${filling}</Order>`;
  const plain = envelope({ action: 'urn:m/Order', to: 'urn:service', messageId: `urn:uuid:m${index}`, body });
  const request = {
    ...sealProfile('wcf-mixed', 'request'),
    ...sealProfile('cxf', 'request'),
    encrypt: /** @type {const} */ ('none'),
    context,
    atMs: Date.now(),
    timestampLifetimeMs: 600_000,
    fillRandom: (/** @type {Uint8Array} */ out) => void crypto.getRandomValues(out),
  };
  const { octets } = unwrap(seal(plain, request));
  if (kind === 'forged') octets[octets.length - 100] = 0x21;
  return { octets, key: context.identifier };
}
