import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { Operation } from '../soap/actions.ts';
import { requestAction, trustVersionOf } from '../soap/actions.ts';
import type { RequestType, SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest, readRequest } from '../trust/request-security-token.ts';
import type { Opening } from './open-awaited.ts';
import { addressingOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

// spec: WS-SC §4, an Amend is an Issue by its action alone.
const TYPES: Readonly<Record<Operation, RequestType>> = {
  issue: 'Issue',
  renew: 'Renew',
  cancel: 'Cancel',
  amend: 'Issue',
};

/**
 * The RST in the proven Body of a message that asks for `operation`.
 * @throws Fault `peer.action-mismatch`; `peer.trust-invalid-request` generations mixed, RequestType or TokenType contradict the
 *   action, and as {@link readRequest}
 */
export function trustRequestOf(
  { message, sessionKey }: Pick<Opening, 'message' | 'sessionKey'>,
  version: Version,
  operation: Operation,
  { profile, bootstrap, policies }: ResponderSettings,
): SecurityTokenRequest {
  const wanted = requestAction(version, operation);
  if (addressingOf(message).action !== wanted) throw new Fault('peer.action-mismatch', { wanted });
  // What an Issue is under is the bootstrap's, and may be of another generation; so may the session that a Renew is under.
  const isOfBootstrap = operation === 'issue' || (operation === 'renew' && bootstrap.contexts !== undefined);
  if (!isOfBootstrap && message.version !== undefined && message.version !== version)
    throw invalidRequest('generations mixed');
  const tape = new Tape();
  const { limits } = profile.requests.policy;
  scan(message.body, limits, tape);
  // The peer's bootstrap says which keys of ours it may encrypt others for.
  const encryptedKeys = sessionKey && new Map([[sessionKey.sha1Base64, sessionKey.secret]]);
  const opening = { policy: policies.plain, credentials: { ...bootstrap.credentials, encryptedKeys } };
  const rst = readRequest(tape, 0, version, limits, opening);
  try {
    requireKind(rst, TYPES[operation], message.action !== undefined);
    return rst;
  } catch (error) {
    rst.entropy?.wipe();
    throw error;
  }
}

function requireKind(
  { version, requestType, tokenType }: SecurityTokenRequest,
  type: RequestType,
  isSigned: boolean,
): void {
  // interop: WCF leaves RequestType out of Issue and Cancel; the action decides, if it is believed.
  const isLeftOut = requestType === undefined && type !== 'Renew' && isSigned;
  if (requestType !== type && !isLeftOut) throw invalidRequest('RequestType');
  if (tokenType !== undefined && tokenType !== VERSION_URIS[version].sct) throw invalidRequest('TokenType');
}

/**
 * Whether a context may be for what a request says, if it says anything.
 * @throws Fault `peer.trust-invalid-scope` another service
 */
export function requireScope({ scope }: SecurityTokenRequest, { scopes }: Pick<ResponderSettings, 'scopes'>): void {
  if (scopes === undefined || scope === undefined || scopes.includes(scope)) return;
  throw new Fault('peer.trust-invalid-scope', { scope: scope.slice(0, 128) });
}

/**
 * What is for an issuer of tokens is for none that does not do it.
 * @throws Fault `peer.trust-unable-to-renew`, `peer.trust-request-failed`
 */
export function requireNoTrust(action: string): void {
  const version = trustVersionOf(action);
  if (version === undefined) return;
  if (action === `${VERSION_URIS[version].trust}/RST/Renew`) throw new Fault('peer.trust-unable-to-renew');
  throw new Fault('peer.trust-request-failed', { reason: 'no such binding' });
}
