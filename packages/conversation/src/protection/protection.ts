/** How messages are protected: as they are written, and as they are read. */

import type { CanonicalElement } from '@parley/codec';
import type { SecurityContext } from '@parley/core';
import { unwrap } from '@parley/core';
import type {
  BootstrapSealRequest,
  Policy,
  Pool,
  SealedMessage,
  SealRequest,
  TransportSealRequest,
} from '@parley/engine';
import { seal } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { currentMs, randomIdPrefix } from '../exchange/ambient.ts';
import type { Workplace } from '../exchange/workplace.ts';

/** By a key of the context: the part of a {@link SealRequest} that stays the same for a whole conversation. */
export type ContextProtection = Pick<
  SealRequest,
  | 'keys'
  | 'token'
  | 'sign'
  | 'encrypt'
  | 'encryptHeaders'
  | 'order'
  | 'tokenOrder'
  | 'layout'
  | 'mac'
  | 'digest'
  | 'derivedKeyDefaults'
  | 'oneKeyForBoth'
  | 'mustUnderstand'
  | 'role'
>;

/** By the transport alone: a Timestamp, and no signature (the answers of a TransportBinding). */
export type TransportProtection = Pick<TransportSealRequest, 'transport' | 'mustUnderstand' | 'role'>;

export type Protection = ContextProtection | TransportProtection;

/** One kind of message: how we write it, and what we demand of one that we read. */
export interface Guard {
  readonly protection: Protection;
  readonly policy: Policy;
}

type Timing = 'atMs' | 'timestampLifetimeMs' | 'fillRandom' | 'idPrefix' | 'workspace';
type Untimed<Request> = Request extends unknown ? Omit<Request, Timing> : never;

/** What `seal` is asked for, before the clock and chance are added. */
export type ProtectionRequest = Untimed<SealRequest | BootstrapSealRequest | TransportSealRequest>;

/** What is the same for all messages of one side. */
export interface Stamp {
  readonly ambient: Ambient;
  readonly timestampLifetimeMs: number;
  readonly workplace: Workplace;
}

/**
 * {@link seal}, now, with Ids that no other message has: peers keep tokens by them.
 * @throws Fault as `seal`
 */
export function protect(
  envelope: Uint8Array,
  request: ProtectionRequest,
  { ambient, timestampLifetimeMs, workplace }: Stamp,
): SealedMessage {
  const timed = {
    ...request,
    atMs: currentMs(ambient),
    timestampLifetimeMs,
    fillRandom: (out: Uint8Array) => ambient.fillRandom(out),
    idPrefix: randomIdPrefix(ambient),
  };
  return unwrap(workplace.use((workspace) => seal(envelope, { ...timed, workspace })));
}

/**
 * {@link protect}, on `pool` if there is one and the context is all that it needs.
 * @throws Fault as `seal`
 */
export async function protectOn(
  pool: Pool | undefined,
  envelope: Uint8Array,
  request: ProtectionRequest,
  stamp: Stamp,
): Promise<SealedMessage> {
  if (pool === undefined || !('context' in request)) return protect(envelope, request, stamp);
  const { context, ...plain } = request;
  const { ambient, timestampLifetimeMs } = stamp;
  const reply = await pool.seal(envelope, {
    ...plain,
    identifier: context.identifier,
    atMs: currentMs(ambient),
    timestampLifetimeMs,
    idPrefix: randomIdPrefix(ambient),
  });
  return unwrap(reply);
}

/** STRs for messages that hold the token, and for those that do not. */
interface TokenReferences {
  readonly attached?: CanonicalElement | undefined;
  readonly unattached?: CanonicalElement | undefined;
}

/** Which key, and what else one message has of its own. */
export interface ContextUse {
  readonly context: SecurityContext;
  readonly instance: string | undefined;
  /** The Id by which the issuer knows its token. */
  readonly tokenId?: string | undefined;
  /** The token as its issuer wrote it, where there is more in it. */
  readonly tokenElement?: CanonicalElement | undefined;
  /** How its issuer names it, where that is not as we would. */
  readonly references?: TokenReferences | undefined;
  /** For an answer: what it confirms. */
  readonly confirm?: readonly string[] | undefined;
}

/** `protection` for one message under a context. */
export function underContext(
  protection: Protection,
  { context, instance, tokenId, tokenElement, references, confirm }: ContextUse,
): ProtectionRequest {
  const confirmation = confirm === undefined ? {} : { confirm };
  if ('transport' in protection) return { ...protection, ...confirmation };
  const tokenReference = protection.token === 'attached' ? references?.attached : references?.unattached;
  return { ...protection, ...confirmation, context, instance, tokenId, tokenElement, tokenReference };
}

/** Whether a message of this policy is as sure as its transport, and no surer. */
export function restsOnTransport(policy: Policy): boolean {
  return policy.trustTransport || !policy.requireProof;
}
