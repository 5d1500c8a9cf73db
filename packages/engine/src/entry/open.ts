/** The door of `open`: the templates are asked first, and what they do not know goes the whole way. */
import type { Reply } from '@parley/core';
import { anything, called, failedReply, withPeersFaultsAsData } from '@parley/core/internal';
import { PasswordKeys } from '../keys/password-keys.ts';
import { TransportedKeys } from '../keys/transported-keys.ts';
import { Workspace } from '../memory/workspace.ts';
import type { OpenedMessage } from '../message/opened-message.ts';
import { remember } from '../message/replay-memory.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { openInFull } from '../open/open-in-full.ts';
import { replayEntries } from '../open/replay-key.ts';
import type { OpenRequest } from '../open/request.ts';
import { checkedOpening } from '../open/request-shape.ts';
import { AskedByTemplate } from '../templates/asked-by-template.ts';
import { noteOpened } from '../templates/learn.ts';
import { openByTemplate } from '../templates/open-by-template.ts';

/**
 * Verifies and decrypts one SOAP message secured with a security context, or with what bootstraps one.
 *
 * Borrows `message` for the call. The answer owns its octets unless `request.borrow` is set. Never throws for anything
 * that a message contains; the code says what was wrong (docs/faults.md), and the SOAP fault to send is uniform.
 * Replays are refused with {@link OpenRequest.replays}; without it they are the caller's, by {@link replayEntries}.
 */
export function open(message: Uint8Array, request: OpenRequest): Reply<OpenedMessage> {
  try {
    return { ok: true, value: withPeersFaultsAsData(() => openEitherWay(message, checkedOpening(message, request))) };
  } catch (error) {
    return failedReply(error);
  }
}

function openEitherWay(message: Uint8Array, request: OpenRequest): OpenedMessage {
  const asked = new AskedByTemplate();
  const proven = openByTemplate(message, request, asked);
  return proven === undefined ? openWhole(message, asked.forTheWholeWay(request)) : remembered(proven, request);
}

function openWhole(message: Uint8Array, request: OpenRequest): OpenedMessage {
  const workspace = request.workspace ?? new Workspace();
  const transported = new TransportedKeys();
  const passwordKeys = new PasswordKeys();
  try {
    const opened = remembered(openInFull(message, request, { workspace, transported, passwordKeys }), request);
    noteOpened(message, request, opened);
    const keep = request.credentials?.keepEncryptedKey;
    if (keep !== undefined) called('keepEncryptedKey', anything(), () => transported.handOver(keep));
    return opened;
  } finally {
    transported.wipe();
    passwordKeys.wipe();
    if (workspace !== request.workspace) workspace.wipe();
  }
}

/** The message, if it is the first of its kind. @throws Fault `peer.replay`, and what the memory throws */
function remembered({ opened, atMs, owner }: ProvenMessage, { replays }: OpenRequest): OpenedMessage {
  if (replays !== undefined) remember(replays, replayEntries(opened), atMs, { owner });
  return opened;
}
