/** What an initiator makes of replies. */
import { readDocument, scan, Tape } from '@parley/codec';
import type { KeyInstance, Secret, SecurityContext } from '@parley/core';
import { contextSource, Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { ContextMessage, OpenRequest } from '@parley/engine';
import { isContextMessage, open } from '@parley/engine';
import {
  readAddressing,
  readEnvelopeShape,
  readHeaderBlocks,
  readMessage,
  requireAddressing,
  requireFresh,
} from '@parley/engine/internal';
import { currentMs } from '../exchange/ambient.ts';
import type { Operation } from '../soap/actions.ts';
import { responseAction } from '../soap/actions.ts';
import { faultElement, readFault } from '../soap/soap-fault.ts';
import { receiveKey } from '../trust/key-material.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { readResponse } from '../trust/request-security-token-response.ts';
import type { InitiatorSettings } from './settings.ts';

/** A request whose reply is awaited. */
export interface PendingRequest {
  readonly operation: Operation;
  readonly messageId: string;
  /** The Context attribute that the reply must repeat. */
  readonly context: string;
  readonly entropy: Secret | undefined;
}

/** A key that was issued or renewed, and the context's name. */
export interface ReceivedToken {
  readonly identifier: string;
  readonly key: KeyInstance;
  readonly expiresAtMs: number;
}

const LIFETIME_DEFAULT_MS = 36_000_000;

/**
 * Reads the reply to Issue or Renew, which the channel protects.
 * @throws Fault `peer.soap-fault` the responder refused; `peer.addressing-mismatch`, `peer.action-mismatch` not the
 * reply to `pending`; `peer.key-usage`, `peer.structure-invalid`, `peer.timestamp-*`
 */
export function readTokenReply(bytes: Uint8Array, pending: PendingRequest, settings: InitiatorSettings): ReceivedToken {
  const tape = new Tape();
  const atMs = currentMs(settings.ambient);
  const body = readProtectedByChannel(bytes, tape, pending, settings, atMs);
  const response = readResponse(tape, body, settings.version, settings.policy.limits);
  try {
    return tokenOf(response, pending, settings, atMs);
  } finally {
    response.entropy?.wipe();
    response.proofKey?.wipe();
  }
}

/**
 * Reads the reply to Cancel, which the context itself protects.
 * @throws Fault `peer.soap-fault`, and as `open`
 */
export function readCancelReply(
  bytes: Uint8Array,
  context: SecurityContext,
  pending: PendingRequest,
  settings: InitiatorSettings,
): void {
  const message = openReply(bytes, context, settings);
  if (message.action !== responseAction(settings.version, 'cancel')) throw new Fault('peer.action-mismatch');
  if (message.relatesTo !== pending.messageId) throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
  const tape = new Tape();
  scan(message.body, settings.policy.limits, tape);
  const response = readResponse(tape, 0, settings.version, settings.policy.limits);
  response.entropy?.wipe();
  response.proofKey?.wipe();
  if (!response.isCancelled) throw new Fault('peer.structure-invalid', { reason: 'not cancelled' });
}

/** Opens a message under `context`. An unprotected fault is told apart, as it needs no key. @throws Fault */
export function openReply(
  bytes: Uint8Array,
  context: SecurityContext,
  settings: InitiatorSettings,
  more: Pick<OpenRequest, 'soapAction' | 'replays'> = {},
): ContextMessage {
  const base = { atMs: currentMs(settings.ambient), policy: settings.policy, contexts: contextSource([context]) };
  const reply = open(bytes, { ...base, ...more });
  if (reply.ok) {
    if (isContextMessage(reply.value)) return reply.value;
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not signed by the context' });
  }
  if (reply.code === 'peer.security-header-missing')
    throw unprotectedFault(bytes, settings) ?? new Fault(reply.code, reply.detail);
  throw new Fault(reply.code, reply.detail);
}

function unprotectedFault(bytes: Uint8Array, settings: InitiatorSettings): Fault | undefined {
  const tape = new Tape();
  readDocument(bytes, settings.policy.limits, tape, settings.policy.reader);
  const fault = faultElement(tape, readEnvelopeShape(tape).body);
  return fault < 0 ? undefined : readFault(tape, fault);
}

/** Checks a reply that has no signature; gives its Body. */
function readProtectedByChannel(
  bytes: Uint8Array,
  tape: Tape,
  pending: PendingRequest,
  settings: InitiatorSettings,
  atMs: number,
): number {
  const { policy, version } = settings;
  readDocument(bytes, policy.limits, tape, policy.reader);
  const shape = readEnvelopeShape(tape);
  const fault = faultElement(tape, shape.body);
  if (fault >= 0) throw readFault(tape, fault);
  const envelope = readHeaderBlocks(tape, shape, { refuseUnknown: true });
  // interop: WCF over TLS may leave the Security header out; a Timestamp that is there must be fresh.
  const timestamp = envelope.security < 0 ? undefined : readMessage(tape, policy).timestamp;
  if (timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  const addressing = readAddressing(tape, envelope, () => true, policy);
  requireAddressing(tape, envelope, { ...addressing, to: undefined }, undefined, policy);
  if (addressing.action !== responseAction(version, pending.operation)) throw new Fault('peer.action-mismatch');
  if (addressing.relatesTo !== pending.messageId) throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
  return shape.body;
}

function tokenOf(
  response: SecurityTokenResponse,
  pending: PendingRequest,
  settings: InitiatorSettings,
  atMs: number,
): ReceivedToken {
  const { token, tokenType, lifetime } = response;
  if (response.context !== pending.context) throw new Fault('peer.structure-invalid', { reason: 'Context differs' });
  if (tokenType !== undefined && tokenType !== VERSION_URIS[settings.version].sct)
    throw new Fault('peer.structure-invalid', { reason: 'TokenType' });
  if (token === undefined) throw new Fault('peer.structure-invalid', { reason: 'no token' });
  const expiresAtMs = lifetime?.expiresAtMs ?? atMs + (settings.contextLifetimeMs ?? LIFETIME_DEFAULT_MS);
  if (expiresAtMs <= atMs) throw new Fault('peer.timestamp-expired', { element: 'Lifetime' });
  const secret = receiveKey(response, pending.entropy, settings.keySizeBits);
  return {
    identifier: token.identifier,
    key: { instance: token.instance, secret, createdAtMs: atMs, expiresAtMs },
    expiresAtMs,
  };
}
