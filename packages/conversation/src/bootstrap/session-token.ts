/** A context from somebody else, a session token, by which one of our own begins. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { CONTEXT, oneOf, port, requireKind } from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import type { ContextProtection, ContextUse, ProtectionRequest } from '../protection/protection.ts';
import { underContext } from '../protection/protection.ts';
import type { ContextStore } from '../store/context-store.ts';
import type {
  BootstrapKind,
  ConfirmedKind,
  HandshakeScene,
  InitiatorBootstrap,
  ResponderBootstrap,
} from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';
import { answerOverTls, handshakeOverTls, TIMESTAMP_SIGNED } from './over-tls.ts';

const SESSIONS = port<ContextStore>('get');
const USE = oneOf<SessionUse>(['timestamp', 'message', 'bearer']);

/**
 * What the session does for the messages that establish: its secret signs the Timestamp, over TLS; it protects them whole; or, over
 * TLS, they only name it, and whoever has read its Identifier can as well.
 */
export type SessionUse = 'timestamp' | 'message' | 'bearer';

const SIGNED: ConfirmedKind = { isSigned: true, hasUser: false };

/** The initiator's: `context` is borrowed for as long as the initiator lives. Default: `timestamp`. */
function initiator(context: SecurityContext, use: SessionUse = 'timestamp'): InitiatorBootstrap {
  requireKind(CONTEXT, context, 'context');
  requireKind(USE, use, 'use');
  if (use === 'message')
    return { kind: 'session-token', protectedBy: 'message', begin: (scene) => within(context, scene) };
  const { identifier, keys, version = '200512' } = context;
  const instance = keys.at(-1)?.instance;
  const request: ProtectionRequest =
    use === 'bearer'
      ? { transport: true, bearerContext: { identifier, instance, version } }
      : { context, keys: 'direct', token: 'attached', ...TIMESTAMP_SIGNED };
  return { kind: 'session-token', protectedBy: 'channel', begin: (scene) => handshakeOverTls(request, scene) };
}

function within(context: SecurityContext, scene: HandshakeScene): ReturnType<InitiatorBootstrap['begin']> {
  return {
    request: protectedBy(scene, 'attached', { context, instance: context.keys.at(-1)?.instance }),
    policy: policyOf('strict', answerChanges(scene.style, SIGNED)),
    context,
    credentials: {},
    wipe: () => undefined,
  };
}

/** The responder's: the principal is that of the session. */
function responder(sessions: Pick<ContextStore, 'get'>, use: SessionUse = 'timestamp'): ResponderBootstrap {
  requireKind(SESSIONS, sessions, 'sessions');
  requireKind(USE, use, 'use');
  const common = { kind: 'session-token', credentials: {}, contexts: sessions } as const;
  if (use === 'message') {
    return {
      ...common,
      protectedBy: 'message',
      profile: 'strict',
      demands: {},
      principalOf: ({ message }) => message.principal,
      answer: ({ message, context }, scene) => {
        if (context === undefined) throw new Fault('peer.authentication-failed', { reason: 'no session' });
        const { confirm } = confirmationOf(scene.style, message, SIGNED);
        return protectedBy(scene, 'external', { context, instance: message.instance, confirm });
      },
    };
  }
  return {
    ...common,
    protectedBy: 'channel',
    ...(use === 'bearer'
      ? { profile: 'transport', demands: { allowBearerContext: true } }
      : { profile: 'wcf-mixed', demands: { layout: 'lax' } }),
    principalOf: ({ message }) => (use === 'bearer' ? bearerOf(message.bearerContext) : message.principal),
    answer: answerOverTls,
  };
}

/** A session token over TLS, or in its own protection. */
export const sessionToken: BootstrapKind<[SecurityContext, SessionUse?], [Pick<ContextStore, 'get'>, SessionUse?]> = {
  initiator,
  responder,
};

/** By the session, under the suite of the conversation that begins. */
function protectedBy(
  { style, suite }: HandshakeScene,
  token: ContextProtection['token'],
  use: ContextUse,
): ProtectionRequest {
  return { ...underContext({ ...style.protection, keys: 'explicit', token }, use), suite } as ProtectionRequest;
}

function bearerOf(context: { readonly principal: string | undefined } | undefined): string | undefined {
  if (context === undefined) throw new Fault('peer.authentication-failed', { reason: 'no session' });
  return context.principal;
}
