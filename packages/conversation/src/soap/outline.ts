/** What an unverified message says about itself: enough to send it the right way, and to answer a refusal. */

import type { Tape } from '@parley/codec';
import {
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
  readDocument,
} from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Policy, SoapVersion } from '@parley/engine';
import { Addressing, readEnvelopeShape, readHeaderBlocks, trimmedText } from '@parley/engine/internal';
import { trustVersionOf } from './actions.ts';
import type { AddressingStyle } from './addressing-style.ts';
import { ofOwnEnvelope } from './own-envelope.ts';

/** Claims, not facts. Filled as far as the message could be read. */
export interface Outline {
  soapVersion: SoapVersion;
  /** The generation that a fault's QNames should be of. */
  version: Version;
  action: string | undefined;
  messageId: string | undefined;
  /** Of the first token of a context in the Security header. */
  identifier: string | undefined;
  /** Whether it says that it is in a sequence. */
  isNumbered: boolean;
  /** `undefined` for a message without addressing. */
  addressing: AddressingStyle['version'] | undefined;
  /** The generation of a wst:IssuedTokens header, if there is one. */
  issuedTokens: Version | undefined;
}

/**
 * Scans `message` (borrowed while `tape` is in use) and fills `outline`, step by step, so that what was read before a
 * fault is there when it is answered.
 *
 * @returns the Security header, -1 for none
 * @throws Fault of the scanner, `peer.soap-version-mismatch`, `peer.structure-invalid`, `peer.must-understand`, `peer.limit-value`
 */
export function readOutline(
  message: Uint8Array,
  policy: Pick<Policy, 'limits' | 'reader'>,
  tape: Tape,
  outline: Outline,
): number {
  readDocument(message, policy.limits, tape, policy.reader);
  const shape = readEnvelopeShape(tape);
  outline.soapVersion = shape.soap === Namespace.soap11 ? '1.1' : '1.2';
  const envelope = readHeaderBlocks(tape, shape, {
    refuseUnknown: false,
    headerBlocksMax: policy.limits.headerBlocksMax,
  });
  const value = (place: number): string | undefined => {
    const element = envelope.addressing[place] ?? -1;
    return element < 0 ? undefined : trimmedText(tape, element, 'wsa header', policy.limits.identifierBytesMax);
  };
  const named = envelope.addressing.find((element) => element >= 0);
  if (named !== undefined) outline.addressing = namespaceOf(tape, named) === Namespace.wsa04 ? '2004/08' : '1.0';
  if (envelope.security >= 0 && hasChildOf(tape, envelope.security, Namespace.wsc05)) outline.version = '200502';
  outline.isNumbered =
    hasChildOf(tape, shape.header, Namespace.wsrm) || hasChildOf(tape, shape.header, Namespace.wsrm05);
  outline.messageId = value(Addressing.MessageID);
  outline.action = value(Addressing.Action);
  outline.issuedTokens = issuedTokensIn(tape, shape.header);
  outline.version = trustVersionOf(outline.action ?? '') ?? outline.version;
  return envelope.security;
}

/** An outline of nothing yet. */
export function emptyOutline(soapVersion: SoapVersion = '1.1'): Outline {
  return {
    soapVersion,
    version: '200512',
    action: undefined,
    messageId: undefined,
    identifier: undefined,
    isNumbered: false,
    addressing: undefined,
    issuedTokens: undefined,
  };
}

/** What the wsa headers of an envelope of our own say. `tape`: scratch. @throws Fault `caller.envelope-invalid` */
export function envelopeAddressing(envelope: Uint8Array, tape: Tape): Pick<Outline, 'action' | 'messageId'> {
  const outline = emptyOutline();
  ofOwnEnvelope(() => readOutline(envelope, { limits: DEFAULT_LIMITS, reader: 'scan' }, tape, outline));
  return outline;
}

const ISSUED_TOKENS = localName('IssuedTokens');

function issuedTokensIn(tape: Tape, header: number): Version | undefined {
  for (let block = header < 0 ? -1 : firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) {
    if (isNamed(tape, block, Namespace.wst, ISSUED_TOKENS)) return '200512';
    if (isNamed(tape, block, Namespace.wst05, ISSUED_TOKENS)) return '200502';
  }
  return undefined;
}

function hasChildOf(tape: Tape, element: number, namespace: number): boolean {
  for (let child = element < 0 ? -1 : firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (namespaceOf(tape, child) === namespace) return true;
  }
  return false;
}
