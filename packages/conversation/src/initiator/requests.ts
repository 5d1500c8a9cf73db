/** Requests of trust as an initiator writes them. */
import { Secret } from '@parley/core';
import type { InitiatorHandshake } from '../bootstrap/bootstrap.ts';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import { provable } from '../exchange/context-clock.ts';
import type { ProtectionRequest } from '../protection/protection.ts';
import { requestAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import type { SecurityTokenRequestParts } from '../trust/request-security-token.ts';
import { writeRequest } from '../trust/request-security-token.ts';
import type { HeldContext } from './held-context.ts';
import type { TrustExchange } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/** What is asked for. */
export type TrustWish =
  | { readonly operation: 'issue' }
  | { readonly operation: 'renew' | 'cancel'; readonly held: HeldContext };

const TYPES = { issue: 'Issue', renew: 'Renew', cancel: 'Cancel' } as const;

/** The envelope of a request, still without protection. */
export function trustEnvelope(
  wish: TrustWish,
  messageId: string,
  { context, entropy }: TrustExchange,
  settings: InitiatorSettings,
): Uint8Array {
  const { soapVersion, version, to, profile, bootstrap, keyForm } = settings;
  const { encryptKey } = bootstrap;
  const scene = sceneOf(settings, version);
  return writeEnvelope({
    soapVersion,
    action: requestAction(version, wish.operation),
    messageId,
    to,
    addressing: profile.addressing,
    body: (writer) =>
      writeRequest(writer, {
        ...partsOf(wish, settings),
        version,
        requestType: TYPES[wish.operation],
        context,
        entropy,
        ...(keyForm === 'encrypted-key' && encryptKey && { encryptKey: (secret: Secret) => encryptKey(secret, scene) }),
      }),
  });
}

function partsOf(
  wish: TrustWish,
  { appliesTo, renewable, contextLifetimeMs, keySizeBits, ambient }: InitiatorSettings,
): Omit<SecurityTokenRequestParts, 'version' | 'requestType' | 'context' | 'entropy'> {
  const nowMs = currentMs(ambient);
  if (wish.operation !== 'issue') {
    const { identifier, keys } = wish.held.context;
    const target = { identifier, instance: keys.at(-1)?.instance };
    return wish.operation === 'renew' ? { keySizeBits, target } : { target };
  }
  const lifetime =
    contextLifetimeMs === undefined ? undefined : { createdAtMs: nowMs, expiresAtMs: nowMs + contextLifetimeMs };
  return { appliesTo, renewable, lifetime, keySizeBits };
}

/** Begins an exchange: with entropy, and with the bootstrap's keys, where they are needed. */
export function beginExchange(operation: TrustWish['operation'], settings: InitiatorSettings): TrustExchange {
  const { ambient, bootstrap, entropy, keySizeBits, version } = settings;
  const context = randomUrn(ambient);
  if (operation === 'cancel') return { context, entropy: undefined, handshake: undefined };
  const own = entropy === 'client' ? Secret.filledBy(keySizeBits / 8, (out) => ambient.fillRandom(out)) : undefined;
  return { context, entropy: own, handshake: bootstrap.begin(sceneOf(settings, version)) };
}

/** How a Renew is sealed: as the bootstrap does it, with a signature by the newest key. */
export function renewalProtection(
  { request }: InitiatorHandshake,
  { context, tokenId, tokenElement }: HeldContext,
  { profile, ambient }: InitiatorSettings,
): ProtectionRequest {
  const { protection } = profile.renewals;
  const signing = provable(context, currentMs(ambient));
  const instance = context.keys.at(-1)?.instance;
  if (!('transport' in request)) {
    const { keys, token, mac, derivedKeyDefaults } = protection;
    const proof = { keys, token, context: signing, instance, tokenId, tokenElement };
    return {
      ...request,
      proveContext: { ...proof, ...(mac && { mac }), ...(derivedKeyDefaults && { derivedKeyDefaults }) },
    } as ProtectionRequest;
  }
  const { username, assertions } = request;
  return {
    ...protection,
    context: signing,
    instance,
    tokenId,
    tokenElement,
    ...(username && { username: { ...username, sign: false } }),
    ...(assertions && { assertions }),
  };
}
