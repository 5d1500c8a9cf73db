import { selectKey } from '@parley/core/internal';
import { readSecurityContextToken } from '../claims/security-context-token.ts';
import type { BearerContext } from '../message/opened-message.ts';
import type { MessageClaims } from '../read/message.ts';
import { namedContext, unnamedInstance } from './resolve-keys.ts';
import type { OpenScope } from './scope.ts';

/**
 * The context that a SecurityContextToken names which is of none that `signs`, where the policy takes that.
 * @throws Fault `peer.bad-context`, `peer.context-expired`; `peer.structure-invalid` of the token
 */
export function bearerContext(
  { tape, security }: MessageClaims,
  signs: (identifier: string) => boolean,
  scope: OpenScope,
): BearerContext | undefined {
  const { allowBearerContext, limits } = scope.policy;
  const token = security.securityContextToken;
  if (!allowBearerContext || token < 0) return undefined;
  const { identifier, instance, version } = readSecurityContextToken(tape, token, limits);
  if (signs(identifier)) return undefined;
  const named = namedContext({ identifier, version, token }, scope);
  const { context } = named;
  const key = selectKey(context, instance ?? unnamedInstance(context, scope), scope.atMs);
  return { identifier, instance: key.instance, version: named.version, principal: context.principal };
}
