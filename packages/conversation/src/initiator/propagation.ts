/** A context that the responder does not know yet, told in an unsolicited RSTR (WS-SC §3, WS-Trust §4.5): of our own making, or issued. */
import type { SecurityContext } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { SealedMessage } from '@parley/engine';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { currentMs, randomIdPrefix, randomUrn } from '../exchange/ambient.ts';
import type { ProtectionRequest } from '../protection/protection.ts';
import { protect } from '../protection/protection.ts';
import { responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import { withHeaderBlock } from '../soap/header-block.ts';
import { envelopeAddressing } from '../soap/outline.ts';
import type { TokenResponseParts } from '../trust/response-writer.ts';
import { issuedTokensHeader, writeTokenResponse } from '../trust/response-writer.ts';
import type { HeldContext } from './held-context.ts';
import type { OutgoingRequest } from './outcome.ts';
import type { InitiatorSettings } from './settings.ts';

const LIFETIME_DEFAULT_MS = 36_000_000;

/** A new context of ours. */
export function createdContext(settings: InitiatorSettings): HeldContext {
  const { ambient, contextLifetimeMs = LIFETIME_DEFAULT_MS, keySizeBits, profile, version } = settings;
  const createdAtMs = currentMs(ambient);
  const expiresAtMs = createdAtMs + contextLifetimeMs;
  const identifier = randomUrn(ambient);
  const secret = Secret.filledBy(keySizeBits / 8, (out) => ambient.fillRandom(out));
  return {
    context: {
      identifier,
      version,
      suite: profile.suite,
      keys: [{ instance: undefined, secret, createdAtMs, expiresAtMs }],
      createdAtMs,
      expiresAtMs,
      cancelledAtMs: undefined,
      principal: undefined,
    },
    tokenId: undefined,
    tokenElement: undefined,
    references: {},
  };
}

/** A message that brings a context, and what names it. */
export interface Propagation {
  readonly sealed: SealedMessage;
  readonly names: Pick<OutgoingRequest, 'messageId' | 'soapAction'>;
}

/**
 * Writes and seals it, as the bootstrap protects requests: as a message of its own, or in the header of `envelope` (borrowed).
 * @throws Fault `caller.input-invalid` the envelope has no Header or no MessageID; `caller.option-invalid` a header could not be hidden;
 *   and as `seal`
 */
export function propagate(
  held: HeldContext,
  envelope: Uint8Array | undefined,
  settings: InitiatorSettings,
): Propagation {
  const { bootstrap, version } = settings;
  // safety: what hides a Body hides no header.
  if (envelope !== undefined && bootstrap.protectedBy === 'message' && bootstrap.encryptKey === undefined)
    throw new Fault('caller.option-invalid', { option: 'bootstrap', reason: 'no key to hide others with in a header' });
  const parts = partsOf(held, settings);
  const handshake = bootstrap.begin(sceneOf(settings, version));
  try {
    if (envelope === undefined) return ofItsOwn(parts, handshake.request, settings);
    const { action: soapAction = '', messageId } = envelopeAddressing(envelope, settings.workplace.tape);
    if (messageId === undefined) throw new Fault('caller.input-invalid', { reason: 'no wsa:MessageID' });
    const carrying = withHeaderBlock(envelope, issuedTokensHeader(parts));
    return {
      sealed: protect(carrying, coveringTokens(handshake.request, version), settings),
      names: { messageId, soapAction },
    };
  } finally {
    handshake.wipe();
  }
}

/**
 * The newest key of a context (borrowed) that was issued to somebody else, for a service that has another store; it says whose context it
 * is. @throws Fault `caller.context-unusable` it has no key; and as `seal`
 */
export function transfer(context: SecurityContext, settings: InitiatorSettings): Propagation {
  const { bootstrap } = settings;
  const { version = settings.version, identifier, principal } = context;
  const key = context.keys.at(-1);
  if (key === undefined) throw new Fault('caller.context-unusable', { identifier, reason: 'no key' });
  const parts: TokenResponseParts = {
    ...partsOf({ context: { ...context, keys: [key] } }, { ...settings, version }),
    onBehalfOf: { name: principal },
  };
  const handshake = bootstrap.begin(sceneOf(settings, version));
  try {
    return ofItsOwn(parts, handshake.request, settings);
  } finally {
    handshake.wipe();
  }
}

/** A message with nothing else in it. */
function ofItsOwn(
  parts: TokenResponseParts,
  request: ProtectionRequest,
  settings: Pick<InitiatorSettings, 'ambient' | 'profile' | 'soapVersion' | 'to' | 'timestampLifetimeMs' | 'workplace'>,
): Propagation {
  const { ambient, profile, soapVersion, to } = settings;
  const messageId = randomUrn(ambient);
  const action = responseAction(parts.version, parts.token.instance === undefined ? 'issue' : 'renew');
  const { addressing } = profile;
  const body: Parameters<typeof writeEnvelope>[0]['body'] = (writer) => writeTokenResponse(writer, parts);
  const own = writeEnvelope({ soapVersion, action, messageId, to, addressing, body });
  return { sealed: protect(own, request, settings), names: { messageId, soapAction: action } };
}

// safety: only what the bootstrap signs with the rest counts; where it signs nothing, the channel answers for all.
function coveringTokens(request: ProtectionRequest, version: InitiatorSettings['version']): ProtectionRequest {
  if (!('sign' in request)) return request;
  const header = { namespace: VERSION_URIS[version].trust, localName: 'IssuedTokens' };
  const { sign } = request;
  return sign.body ? { ...request, sign: { ...sign, headers: [...(sign.headers ?? []), header] } } : request;
}

function partsOf({ context }: Pick<HeldContext, 'context'>, settings: InitiatorSettings): TokenResponseParts {
  const { ambient, bootstrap, use, version } = settings;
  const { identifier, keys, expiresAtMs } = context;
  const [key] = keys;
  if (key === undefined) throw new Fault('internal.invariant', { claim: 'a new context has a key' });
  const { encryptKey } = bootstrap;
  const scene = sceneOf(settings, version);
  return {
    version,
    context: use,
    token: { identifier, instance: key.instance },
    tokenId: `${randomIdPrefix(ambient)}sct`,
    appliesTo: undefined,
    proof: { key: key.secret },
    createdAtMs: key.createdAtMs,
    expiresAtMs,
    keySizeBits: key.secret.lengthBytes * 8,
    // Readable for the responder alone, wherever there is a key for that.
    ...(encryptKey && { encryptKey: (secret: Secret) => encryptKey(secret, scene) }),
  };
}
