/** A UsernameToken over TLS (WS-SecurityPolicy's TransportBinding with a supporting token): what every peer can do. */

import { requireOptions } from '@parley/core/internal';
import type { SupportingUsername } from '@parley/engine';
import type { UsernameCredential } from '../trust/username-credential.ts';
import type { BootstrapKind, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import type { UsernameResponder } from './options.ts';
import { CREDENTIAL, USERNAME_RESPONDER } from './options-shape.ts';
import { answerOverTls, handshakeOverTls } from './over-tls.ts';

/** The initiator's: `credential` is borrowed for as long as the initiator lives. */
function initiator(credential: UsernameCredential): InitiatorBootstrap {
  requireOptions(CREDENTIAL, credential, 'options');
  const { username, password, passwordType = 'text' } = credential;
  const token: SupportingUsername = { username, password, passwordType };
  return {
    kind: 'username-over-tls',
    protectedBy: 'channel',
    begin: (scene) => handshakeOverTls({ transport: true, username: token }, scene),
  };
}

/** The responder's: whoever `authenticate` names is the principal. */
function responder(options: UsernameResponder): ResponderBootstrap {
  requireOptions(USERNAME_RESPONDER, options, 'options');
  return {
    kind: 'username-over-tls',
    protectedBy: 'channel',
    profile: 'username-transport',
    demands: { passwordTypes: ['text', 'digest'], requireUser: true, requireSignedUser: false },
    credentials: {},
    authenticate: options.authenticate,
    principalOf: ({ user }) => user,
    answer: answerOverTls,
  };
}

/** A UsernameToken over TLS. */
export const usernameOverTls: BootstrapKind<[UsernameCredential], [UsernameResponder]> = {
  initiator,
  responder,
};
