/** A context that the initiator makes itself, and tells the responder of in an unsolicited RSTR (WS-SC §3, WS-Trust §4.5). */
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
 * @throws Fault `caller.input-invalid` the envelope has no Header or no MessageID; and as `seal`
 */
export function propagate(
  held: HeldContext,
  envelope: Uint8Array | undefined,
  settings: InitiatorSettings,
): Propagation {
  const { ambient, bootstrap, profile, soapVersion, to, version } = settings;
  const parts = partsOf(held, settings);
  const handshake = bootstrap.begin(sceneOf(settings, version));
  try {
    if (envelope === undefined) {
      const [messageId, action] = [randomUrn(ambient), responseAction(version, 'issue')];
      const { addressing } = profile;
      const body: Parameters<typeof writeEnvelope>[0]['body'] = (writer) => writeTokenResponse(writer, parts);
      const own = writeEnvelope({ soapVersion, action, messageId, to, addressing, body });
      return { sealed: protect(own, handshake.request, settings), names: { messageId, soapAction: action } };
    }
    const { action: soapAction = '', messageId } = envelopeAddressing(envelope);
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

// safety: only what the bootstrap signs with the rest counts; where it signs nothing, the channel answers for all.
function coveringTokens(request: ProtectionRequest, version: InitiatorSettings['version']): ProtectionRequest {
  if (!('sign' in request)) return request;
  const header = { namespace: VERSION_URIS[version].trust, localName: 'IssuedTokens' };
  const { sign } = request;
  return sign.body ? { ...request, sign: { ...sign, headers: [...(sign.headers ?? []), header] } } : request;
}

function partsOf({ context }: HeldContext, settings: InitiatorSettings): TokenResponseParts {
  const { ambient, bootstrap, keySizeBits, use, version } = settings;
  const { identifier, keys, createdAtMs, expiresAtMs } = context;
  const [key] = keys;
  if (key === undefined) throw new Fault('internal.invariant', { claim: 'a new context has a key' });
  const { encryptKey } = bootstrap;
  const scene = sceneOf(settings, version);
  return {
    version,
    context: use,
    token: { identifier, instance: undefined },
    tokenId: `${randomIdPrefix(ambient)}sct`,
    appliesTo: undefined,
    proof: { key: key.secret },
    createdAtMs,
    expiresAtMs,
    keySizeBits,
    // Readable for the responder alone, wherever there is a key for that.
    ...(encryptKey && { encryptKey: (secret: Secret) => encryptKey(secret, scene) }),
  };
}
