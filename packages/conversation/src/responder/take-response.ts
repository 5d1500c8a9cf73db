/** RSTRs that come as requests: a leg of a negotiation, or a context that the sender made. */
import { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling, scan } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { ContextMessage, OpenedMessage } from '@parley/engine';
import { readEnvelopeShape } from '@parley/engine/internal';
import type { TrustResponse } from '../soap/actions.ts';
import { responseAction } from '../soap/actions.ts';
import { readResponse } from '../trust/request-security-token-response.ts';
import { legOctets } from '../trust/transcript.ts';
import type { Negotiated } from './negotiate-context.ts';
import { continueNegotiation } from './negotiate-context.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import { addressingOf, openHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import type { PropagatedContext } from './take-propagated.ts';
import { takePropagated } from './take-propagated.ts';

/** An RSTR that is a message of its own. @throws Fault */
export async function takeResponse(
  request: RequestInHand,
  { version, operation }: TrustResponse,
  settings: ResponderSettings,
): Promise<Negotiated | PropagatedContext> {
  // What nobody takes here is refused before it costs anything.
  const { mayCreate, mayTransfer, negotiation } = settings;
  if (mayCreate === undefined && mayTransfer === undefined && negotiation === undefined)
    throw new Fault('peer.trust-request-failed', { reason: 'no such binding' });
  const proven = await openHandshake(request, settings.policies.plain, settings);
  try {
    const { message } = proven.opening;
    const wanted = responseAction(version, operation);
    if (addressingOf(message).action !== wanted) throw new Fault('peer.action-mismatch', { wanted });
    const response = responseIn(message.body, version, proven, settings);
    try {
      if (response.exchange !== undefined)
        return await continueNegotiation(request, { proven, version, operation, response }, settings);
      // What its owner made, he renews by asking.
      if (operation === 'renew' && response.onBehalfOf === undefined)
        throw new Fault('peer.negotiation-failed', { reason: 'no exchange' });
      const isHidden = request.channel.secure || message.encrypted.some(({ role }) => role === 'body');
      return await takePropagated(request, { proven, version, operation, response, isHidden }, settings);
    } finally {
      response.entropy?.wipe();
      response.proofKey?.wipe();
    }
  } finally {
    proven.opening.wipe();
  }
}

/** The application's message whose header brings the context that it belongs to. @throws Fault */
export async function takeBringing(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<ContextMessage> {
  const proven = await openHandshake(request, settings.policies.bringing, settings);
  try {
    const { message } = proven.opening;
    const response = responseIn(headerIn(request, message, version, settings), version, proven, settings);
    try {
      const isHidden = request.channel.secure;
      if (response.onBehalfOf !== undefined)
        throw new Fault('peer.trust-request-failed', { reason: 'on behalf of another, in a header' });
      const bringing = { proven, version, operation: 'issue', response, isHidden } as const;
      const taken = await takePropagated(request, bringing, settings);
      return { ...message, version, identifier: taken.identifier, instance: undefined, principal: taken.principal };
    } finally {
      response.entropy?.wipe();
      response.proofKey?.wipe();
    }
  } finally {
    proven.opening.wipe();
  }
}

function responseIn(
  octets: Uint8Array,
  version: Version,
  { opening: { sessionKey } }: ProvenRequest,
  { bootstrap, mayCreate, mayTransfer, policies, profile }: ResponderSettings,
): ReturnType<typeof readResponse> {
  const { limits } = profile.requests.policy;
  const tape = new Tape();
  scan(octets, limits, tape);
  const encryptedKeys = sessionKey && new Map([[sessionKey.sha1Base64, sessionKey.secret]]);
  const credentials = { ...bootstrap.credentials, encryptedKeys };
  // Keys cost a private operation each: only where somebody may send them.
  const opening = (mayCreate ?? mayTransfer) && { policy: policies.plain, credentials };
  return readResponse(tape, 0, { version, limits, shape: 'unsolicited', opening });
}

const ISSUED_TOKENS = localName('IssuedTokens');

/** What the header holds: signed with the Body, or whole by its channel. */
function headerIn(
  { bytes, channel }: RequestInHand,
  { signed }: OpenedMessage,
  version: Version,
  { bootstrap, profile }: ResponderSettings,
): Uint8Array {
  const body = signed.find(({ role }) => role === 'body');
  const { trust } = VERSION_URIS[version];
  const header = signed.find(
    ({ role, namespace, localName: name }) => role === 'header' && namespace === trust && name === 'IssuedTokens',
  );
  // safety: another signature than that of the Body is of somebody else.
  if (header !== undefined && header.key === body?.key) return header.bytes;
  if (bootstrap.protectedBy !== 'channel' || !channel.secure)
    throw new Fault('peer.coverage-missing', { part: 'wst:IssuedTokens' });
  const tape = new Tape();
  scan(bytes, profile.requests.policy.limits, tape);
  return legOctets(tape, issuedTokensIn(tape, version));
}

function issuedTokensIn(tape: Tape, version: Version): number {
  const { header } = readEnvelopeShape(tape);
  const namespace = version === '200512' ? Namespace.wst : Namespace.wst05;
  for (let block = header < 0 ? -1 : firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) {
    if (isNamed(tape, block, namespace, ISSUED_TOKENS)) return block;
  }
  throw new Fault('peer.coverage-missing', { part: 'wst:IssuedTokens' });
}
