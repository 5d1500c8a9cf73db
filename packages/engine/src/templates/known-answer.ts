/** A message that a template proved -> the answer of `open`, as hand-over.ts makes it of one that was read. */
import type { Timestamp } from '../claims/timestamp.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import type { AddressingClaims, EncryptedPart, OpenedMessage, SignedPart } from '../message/opened-message.ts';
import { freshUntilMs } from '../open/freshness.ts';
import { contextReplayKey } from '../open/replay-key.ts';
import type { OpenRequest } from '../open/request.ts';
import { requireExpected } from '../read/addressing.ts';
import type { SignedTemplate } from './message-template.ts';

export interface KnownProof {
  readonly resolved: ContextKey;
  readonly mac: string;
  readonly timestamp: Timestamp | undefined;
  readonly signed: readonly SignedPart[];
  readonly encrypted: readonly EncryptedPart[];
  /** Canonical, with nothing encrypted. */
  readonly body: Uint8Array;
  /** The octets that were digested. */
  readonly verified: Uint8Array;
  /** All that its headers say. */
  readonly everything: AddressingClaims;
}

/** @throws Fault what the addressing of the message does not allow */
export function knownAnswer(
  { addressing, soapVersion, understoodHeaders }: SignedTemplate,
  { resolved, mac, timestamp, signed, encrypted, body, verified, everything }: KnownProof,
  { policy, soapAction }: OpenRequest,
): OpenedMessage {
  requireExpected(everything, soapAction, policy);
  // safety: what nobody signed may speak against the message, but never for it.
  const isAllBelieved = policy.requireSignedAddressing || policy.trustTransport;
  const believed = policy.trustTransport ? everything : addressing.signed(everything);
  const { context } = resolved;
  return {
    soapVersion,
    identifier: context.identifier,
    instance: resolved.instance.instance,
    version: resolved.version,
    principal: context.principal,
    bearerContext: undefined,
    user: undefined,
    action: believed.action,
    messageId: believed.messageId,
    to: believed.to,
    relatesTo: believed.relatesTo,
    claimedAddressing: isAllBelieved ? undefined : everything,
    understoodHeaders: understoodHeaders.length === 0 ? [] : understoodHeaders.map((header) => ({ ...header })),
    createdAtMs: timestamp?.createdAtMs,
    expiresAtMs: timestamp?.expiresAtMs,
    signed,
    encrypted,
    assertions: [],
    signatureValues: [mac],
    signatureConfirmed: false,
    body,
    verified,
    replayKey: contextReplayKey(believed.messageId, addressing.messageIdIsSigned, mac, policy),
    replayUntilMs: timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, policy),
  };
}
