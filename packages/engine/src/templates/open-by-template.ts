/**
 * Opens a message that a template knows: compared with it octet by octet, read in its holes alone, proven by the same MAC and
 * the same digests.
 *
 * safety: this way never refuses. It says "good", or nothing; then the message goes the whole way from its start, and whatever
 * is wrong with it is found and said there. It says "good" only if each octet that decided the plan is one that was accepted
 * under the same policy object, and what is in the holes has passed the checks that the readers make of it
 * (docs/decisions/0025-templates.md).
 */
import { octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { parseInstantOctets } from '@parley/core/internal';
import type { Timestamp } from '../claims/timestamp.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { judgedAtMs } from '../open/open-in-full.ts';
import type { OpenRequest } from '../open/request.ts';
import type { AskedByTemplate } from './asked-by-template.ts';
import type { KnownShape, TimestampHoles } from './message-template.ts';
import { printsOfTaken } from './print.ts';
import { proveBy } from './prove-by-template.ts';
import { proveEncrypted } from './prove-encrypted.ts';
import type { KnownRequest, Shelves } from './template-shelf.ts';
import { isKnownRequest, shelvesOf } from './template-shelf.ts';

/** `undefined`: it is to be opened in full. */
export function openByTemplate(
  message: Uint8Array,
  request: OpenRequest,
  asked: AskedByTemplate,
): ProvenMessage | undefined {
  if (!isKnownRequest(request)) return undefined;
  const { workspace, policy } = request;
  const shelves = shelvesOf(workspace, policy);
  if (shelves === undefined || shelves.received.isEmpty) return undefined;
  if (message.length > policy.limits.messageBytesMax || !octetMatcher.take(message)) return undefined;
  try {
    const template = shelves.received.find(({ octets }) => octets.matches(message), printsOfTaken);
    const proven = template === undefined ? undefined : proveIt(template, message, request, { shelves, asked });
    if (proven !== undefined) workspace.templates.opened++;
    return proven;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  } finally {
    octetMatcher.drop();
  }
}

/** @throws Fault what the whole way refuses, too */
function proveIt(
  template: KnownShape,
  message: Uint8Array,
  request: KnownRequest,
  { shelves, asked }: { readonly shelves: Shelves; readonly asked: AskedByTemplate },
): ProvenMessage | undefined {
  const timestamp = timestampIn(template, message);
  const judged = { timestamp, atMs: judgedAtMs(timestamp, request), receivedBytes: message.length };
  return template.kind === 'message'
    ? proveBy(template, message, request, judged)
    : proveEncrypted(template, message, request, judged, { shelf: shelves.decrypted, asked });
}

/** The Timestamp of the message that matched. @throws Fault `peer.timestamp-invalid` */
function timestampIn({ created, expires }: TimestampHoles, message: Uint8Array): Timestamp | undefined {
  if (created < 0) return undefined;
  const createdAtMs = instantIn(message, created);
  if (expires < 0) return { createdAtMs, expiresAtMs: undefined };
  const expiresAtMs = instantIn(message, expires);
  if (expiresAtMs <= createdAtMs) throw new Fault('peer.timestamp-invalid');
  return { createdAtMs, expiresAtMs };
}

function instantIn(message: Uint8Array, hole: number): number {
  const { holes } = octetMatcher;
  return parseInstantOctets(message, holes[hole * 2]!, holes[hole * 2 + 1]!);
}
