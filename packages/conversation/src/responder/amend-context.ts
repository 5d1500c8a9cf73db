/** Amend: more becomes known of whoever has a context, which keeps its key (WS-SC §4). */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import { randomIdPrefix } from '../exchange/ambient.ts';
import { protect, underContext } from '../protection/protection.ts';
import { chargeRenewed } from '../quota/charged.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import { writeTokenResponse } from '../trust/response-writer.ts';
import { agreedExpiry, answerEnvelope } from './answer.ts';
import { rememberOwn } from './own-messages.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { addressingOf, openUnderContext } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { trustRequestOf } from './trust-request.ts';

export interface AmendedContext {
  readonly kind: 'amended';
  readonly reply: Uint8Array;
  readonly identifier: string;
  readonly claims: readonly string[];
  readonly expiresAtMs: number;
}

/** @throws Fault `peer.trust-request-failed` nothing is amended; `peer.trust-authentication-failed` not by him; and as `open` */
export async function amendContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<AmendedContext> {
  const { amend, policies } = settings;
  if (amend === undefined || policies.amending === undefined)
    throw new Fault('peer.trust-request-failed', { reason: 'nothing is amended' });
  const { trust, issuers } = amend;
  const credentials = { trust, assertionIssuers: issuers };
  const opening = await openUnderContext(request, policies.amending, settings, undefined, credentials);
  try {
    const { message } = opening;
    const { identifier, instance } = message;
    const context = identifier === undefined ? undefined : opening.context(identifier);
    if (identifier === undefined || context === undefined)
      throw new Fault('peer.bad-context', { reason: 'not signed by it' });
    const rst = trustRequestOf(opening, version, 'amend', settings);
    rst.entropy?.wipe();
    // spec: WS-SC §4, the key is not amended.
    if (rst.entropy !== undefined || rst.keySizeBits !== undefined) throw invalidRequest('a new key');
    const decided = await amend.decide({
      identifier,
      principal: context.principal,
      claims: context.claims ?? [],
      endorser: endorserOf(message),
      message,
    });
    if (decided === undefined) throw new Fault('peer.trust-authentication-failed', { reason: 'no claim' });
    const latest = agreedExpiry(undefined, request.atMs, settings);
    const expiresAtMs = Math.min(decided.expiresAtMs ?? context.expiresAtMs, latest);
    const claims = [...decided.claims];
    await store(identifier, { claims, expiresAtMs, instance }, request, settings);
    const { messageId = '' } = addressingOf(message);
    const envelope = answerEnvelope(request, { operation: 'amend', version }, messageId, settings, (writer) =>
      writeTokenResponse(writer, {
        version,
        context: rst.context,
        token: { identifier, instance },
        tokenState: settings.store.tokenStates?.stateOf(identifier),
        tokenId: `${randomIdPrefix(settings.ambient)}sct`,
        appliesTo: undefined,
        proof: undefined,
        createdAtMs: request.atMs,
        expiresAtMs,
      }),
    );
    const { protection } = settings.profile.answers;
    const use = { context, instance, ...(settings.profile.confirm && { confirm: message.signatureValues }) };
    const sealed = protect(envelope, underContext(protection, use), settings);
    const share = { owner: context.principal ?? identifier, kind: 'trust' } as const;
    await rememberOwn(envelope, sealed, { identifier, protection, share }, settings);
    return { kind: 'amended', reply: sealed.octets, identifier, claims, expiresAtMs };
  } finally {
    opening.wipe();
  }
}

interface Change {
  readonly claims: readonly string[];
  readonly expiresAtMs: number;
  readonly instance: string | undefined;
}

async function store(
  identifier: string,
  { claims, expiresAtMs, instance }: Change,
  { atMs, latestMs }: RequestInHand,
  settings: ResponderSettings,
): Promise<void> {
  let beforeMs = expiresAtMs;
  const isStored = await settings.store.update(identifier, (current): SecurityContext | undefined => {
    beforeMs = current.expiresAtMs;
    // What was renewed or has ended meanwhile is not what was proven.
    const newest = current.keys.at(-1);
    if (newest === undefined || newest.instance !== instance || latestMs >= current.expiresAtMs) return undefined;
    const keys = current.keys.map((key) => (key === newest ? { ...key, expiresAtMs } : key));
    return { ...current, keys, expiresAtMs, claims };
  });
  if (!isStored) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
  await chargeRenewed({ identifier, expiresAtMs: beforeMs }, expiresAtMs, atMs, settings);
  await settings.onEvict(identifier);
}

/** Whoever's key signed the signature of the message. */
function endorserOf({ signed, assertions }: OpenedMessage): string {
  for (const { role, key } of signed) {
    if (role !== 'signature') continue;
    if (key.source === 'certificate') return key.subject;
    if (key.source === 'saml') {
      const assertion = assertions.find(({ id }) => id === key.assertionId);
      if (assertion?.subject !== undefined) return `${assertion.subject.name} (${assertion.issuer})`;
    }
  }
  throw new Fault('peer.trust-authentication-failed', { reason: 'nobody endorses' });
}
