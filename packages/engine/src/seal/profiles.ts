/** What each peer writes and reads, as data: the part of a {@link SealRequest} that is the same for all its messages. */
import { Fault } from '@parley/core';
import { oneOf, requireKind } from '@parley/core/internal';
import type { SealRequest } from './request.ts';

/** The peers that have one; `open` has a policy of the same name. */
export const SEAL_PROFILE_NAMES = ['cxf', 'wcf-message', 'wcf-mixed', 'websphere', 'metro'] as const;
export type SealProfileName = (typeof SEAL_PROFILE_NAMES)[number];

/** A {@link SealRequest} without the context, the time and randomness. */
export type SealProfile = Pick<
  SealRequest,
  'keys' | 'token' | 'sign' | 'encrypt' | 'order' | 'layout' | 'mac' | 'derivedKeyDefaults'
>;

const SIGN_ALL: SealRequest['sign'] = Object.freeze({ body: true, addressing: true, timestamp: true });

const DERIVED: SealProfile = {
  keys: 'explicit',
  token: 'attached',
  sign: SIGN_ALL,
  encrypt: 'body',
  order: 'sign-then-encrypt',
  layout: 'strict',
  // spec: WS-SecurityPolicy §7.4, [Sym Sig] is hmac-sha1 in every suite, and in the Java stacks it is that.
  mac: 'hmac-sha1',
};

// interop: WCF takes hmac-sha256 with the Sha256 suites, so its MAC is left to the suite.
const { mac: _, ...DERIVED_BY_SUITE } = DERIVED;

const PROFILES: Readonly<Record<SealProfileName, SealProfile>> = {
  cxf: DERIVED,
  'wcf-message': { ...DERIVED_BY_SUITE, encrypt: 'body-and-signature', derivedKeyDefaults: 'omitted' },
  // interop: WCF refuses a derived key here, and any reference but the one to the Timestamp.
  'wcf-mixed': {
    ...DERIVED_BY_SUITE,
    keys: 'direct',
    sign: Object.freeze({ body: false, addressing: false, timestamp: true }),
    encrypt: 'none',
  },
  websphere: { ...DERIVED, encrypt: 'body-and-signature' },
  metro: { ...DERIVED, encrypt: 'body-and-signature' },
};

const PROFILE = oneOf(SEAL_PROFILE_NAMES);
const DIRECTION = oneOf(['request', 'response']);

/**
 * How a message for the peer `name` is sealed; spread it into a {@link SealRequest} and change what its policy changes.
 * A response does not repeat the SCT but names it from outside.
 *
 * @throws Fault `caller.option-invalid` an unknown profile, or a response of `wcf-mixed`: it has no signature
 */
export function sealProfile(name: SealProfileName, direction: 'request' | 'response'): SealProfile {
  requireKind(PROFILE, name, 'profile');
  requireKind(DIRECTION, direction, 'direction');
  if (direction === 'request') return PROFILES[name];
  if (name === 'wcf-mixed') {
    throw new Fault('caller.option-invalid', { option: 'profile', reason: 'a mixed-mode response is not signed' });
  }
  return { ...PROFILES[name], token: 'external' };
}
