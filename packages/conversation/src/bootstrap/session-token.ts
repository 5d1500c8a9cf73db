/** A context from somebody else, a session token, whose key signs the Timestamp over TLS; it begins one of our own. */
import type { SecurityContext } from '@parley/core';
import type { ContextStore } from '../store/context-store.ts';
import type { BootstrapKind, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import { answerOverTls, handshakeOverTls } from './over-tls.ts';

/** The initiator's: `context` is borrowed for as long as the initiator lives. */
function initiator(context: SecurityContext): InitiatorBootstrap {
  return {
    kind: 'session-token',
    protectedBy: 'channel',
    begin: (scene) =>
      handshakeOverTls(
        {
          context,
          keys: 'direct',
          token: 'attached',
          sign: { body: false, addressing: false, timestamp: true },
          encrypt: 'none',
          order: 'sign-then-encrypt',
        },
        scene,
      ),
  };
}

/** The responder's: the principal is that of the session. */
function responder(sessions: Pick<ContextStore, 'get'>): ResponderBootstrap {
  return {
    kind: 'session-token',
    protectedBy: 'channel',
    profile: 'wcf-mixed',
    demands: { layout: 'lax' },
    credentials: {},
    contexts: sessions,
    principalOf: ({ message }) => message.principal,
    answer: answerOverTls,
  };
}

/** A session token over TLS. */
export const sessionToken: BootstrapKind<[SecurityContext], [Pick<ContextStore, 'get'>]> = { initiator, responder };
