/** Requests of trust as an initiator writes them. */
import { Secret } from '@parley/core';
import type { AssertionSignature, CertificateSignature } from '@parley/engine';
import type { InitiatorHandshake } from '../bootstrap/bootstrap.ts';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import { provable } from '../exchange/context-clock.ts';
import type { ProtectionRequest } from '../protection/protection.ts';
import { underContext } from '../protection/protection.ts';
import { requestAction, responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { SecurityTokenRequestParts } from '../trust/request-security-token.ts';
import { writeRequest } from '../trust/request-security-token.ts';
import { writeLeg } from '../trust/response-writer.ts';
import type { HeldContext } from './held-context.ts';
import { Negotiated } from './negotiated.ts';
import type { TrustExchange } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/** What is asked for. */
export type TrustWish =
  | { readonly operation: 'issue' }
  | { readonly operation: 'renew' | 'cancel'; readonly held: HeldContext }
  | AmendWish;

/** More is to be known of whoever has the context: what he endorses the request with. */
export interface AmendWish {
  readonly operation: 'amend';
  readonly held: HeldContext;
  readonly endorse: CertificateSignature | AssertionSignature;
}

// spec: WS-SC §4, an Amend is an Issue by its action alone.
const TYPES = { issue: 'Issue', renew: 'Renew', cancel: 'Cancel', amend: 'Issue' } as const;

/** The envelope of a request, still without protection. */
export function trustEnvelope(
  wish: TrustWish,
  messageId: string,
  { context, entropy, negotiated }: TrustExchange,
  settings: InitiatorSettings,
): Uint8Array {
  const { soapVersion, version, issuer, profile, bootstrap, keyForm } = settings;
  const { encryptKey } = bootstrap;
  const scene = sceneOf(settings, version);
  return writeEnvelope({
    soapVersion,
    action: requestAction(version, wish.operation),
    messageId,
    to: issuer,
    addressing: profile.addressing,
    body: (writer) =>
      writeRequest(writer, {
        ...partsOf(wish, settings),
        version,
        requestType: TYPES[wish.operation],
        context,
        entropy,
        exchange: negotiated?.first(),
        ...(keyForm === 'encrypted-key' && encryptKey && { encryptKey: (secret: Secret) => encryptKey(secret, scene) }),
      }),
  });
}

function partsOf(
  wish: TrustWish,
  { appliesTo, renewable, contextLifetimeMs, keySizeBits, ambient }: InitiatorSettings,
): Omit<SecurityTokenRequestParts, 'version' | 'requestType' | 'context' | 'entropy'> {
  const nowMs = currentMs(ambient);
  if (wish.operation === 'amend') return { lifetime: wished(contextLifetimeMs, nowMs) };
  if (wish.operation !== 'issue') {
    const { identifier, keys } = wish.held.context;
    const target = { identifier, instance: keys.at(-1)?.instance };
    const named = { target, targetReference: wish.held.references.unattached };
    return wish.operation === 'renew' ? { keySizeBits, ...named } : named;
  }
  return { appliesTo, renewable, lifetime: wished(contextLifetimeMs, nowMs), keySizeBits };
}

function wished(lifetimeMs: number | undefined, nowMs: number): SecurityTokenRequestParts['lifetime'] {
  return lifetimeMs === undefined ? undefined : { createdAtMs: nowMs, expiresAtMs: nowMs + lifetimeMs };
}

/** A leg of a negotiation that goes on: the RSTR of the initiator. */
export function legEnvelope(
  messageId: string,
  { context, operation }: Pick<TrustExchange, 'context'> & { readonly operation: 'issue' | 'renew' },
  leg: ExchangeElements,
  { soapVersion, version, issuer, profile }: InitiatorSettings,
): Uint8Array {
  return writeEnvelope({
    soapVersion,
    action: responseAction(version, operation),
    messageId,
    to: issuer,
    addressing: profile.addressing,
    body: (writer) => writeLeg(writer, version, context, leg),
  });
}

/** Begins an exchange: with entropy, and with the bootstrap's keys, where they are needed. */
export function beginExchange(operation: TrustWish['operation'], settings: InitiatorSettings): TrustExchange {
  const { ambient, bootstrap, contextAttribute, entropy, keySizeBits, negotiation, version } = settings;
  const negotiated =
    (operation === 'issue' || operation === 'renew') && negotiation !== undefined
      ? new Negotiated(negotiation.begin('initiator', { version, ambient }))
      : undefined;
  const isSent = contextAttribute === 'sent' || negotiated !== undefined;
  const context = isSent ? randomUrn(ambient) : undefined;
  // What keeps its key, or ends, has none to agree on.
  if (operation === 'cancel' || operation === 'amend') return { context, entropy: undefined, handshake: undefined };
  const own = entropy === 'client' ? Secret.filledBy(keySizeBits / 8, (out) => ambient.fillRandom(out)) : undefined;
  return { context, entropy: own, negotiated, handshake: bootstrap.begin(sceneOf(settings, version)) };
}

/** How an Amend is sealed: as calls are, and endorsed by what it brings. */
export function amendProtection({ held, endorse }: AmendWish, { profile }: InitiatorSettings): ProtectionRequest {
  const instance = held.context.keys.at(-1)?.instance;
  const { signature: algorithm } = profile.handshake;
  const isSecret = 'proof' in endorse && endorse.proof instanceof Secret;
  // As the peer signs, if nothing else is said.
  const signature = isSecret || algorithm === undefined ? endorse : { algorithm, ...endorse };
  const under = underContext(profile.requests.protection, { ...held, instance });
  return { ...under, endorse: signature } as ProtectionRequest;
}

/** How a Renew is sealed: as the bootstrap does it, with a signature by the newest key. */
export function renewalProtection(
  { request }: Pick<InitiatorHandshake, 'request'>,
  { context, tokenId, tokenElement, references }: HeldContext,
  { profile, ambient }: InitiatorSettings,
): ProtectionRequest {
  const { protection } = profile.renewals;
  const signing = provable(context, currentMs(ambient));
  const instance = context.keys.at(-1)?.instance;
  if (!('transport' in request)) {
    const { keys, mac, derivedKeyDefaults } = protection;
    // A message has one token of a context: that of the session, where one is the bootstrap.
    const token = 'context' in request ? 'external' : protection.token;
    const tokenReference = token === 'attached' ? references.attached : references.unattached;
    // Over TLS, beside the signature of a certificate: both are over the Timestamp.
    const over = 'certificate' in request && !request.sign.body ? ('timestamp' as const) : undefined;
    const proof = {
      keys,
      token,
      context: signing,
      instance,
      tokenId,
      tokenElement,
      tokenReference,
      ...(over && { over }),
    };
    return {
      ...request,
      proveContext: { ...proof, ...(mac && { mac }), ...(derivedKeyDefaults && { derivedKeyDefaults }) },
    } as ProtectionRequest;
  }
  const { username, assertions, bearerContext } = request;
  const how = bearerContext === undefined ? protection : { ...protection, token: 'external' as const, bearerContext };
  return {
    ...underContext(how, { context: signing, instance, tokenId, tokenElement, references }),
    ...(username && { username: { ...username, sign: false } }),
    ...(assertions && { assertions }),
  };
}
