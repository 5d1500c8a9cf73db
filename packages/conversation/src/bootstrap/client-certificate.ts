/** A TLS client certificate: the transport knows who asks, and the message only when. */
import { Fault } from '@parley/core';
import type { BootstrapKind, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import { answerOverTls, handshakeOverTls } from './over-tls.ts';

/** The initiator's: the certificate is the transport's. */
function initiator(): InitiatorBootstrap {
  return {
    kind: 'client-certificate',
    protectedBy: 'channel',
    begin: (scene) => handshakeOverTls({ transport: true }, scene),
  };
}

/** The responder's: {@link Channel.client} is the principal. */
function responder(): ResponderBootstrap {
  return {
    kind: 'client-certificate',
    protectedBy: 'channel',
    profile: 'transport',
    demands: {},
    credentials: {},
    principalOf: ({ channel: { client } }) => {
      if (client === undefined || client === '')
        throw new Fault('peer.authentication-failed', { reason: 'no client certificate' });
      return client;
    },
    answer: answerOverTls,
  };
}

/** A TLS client certificate. */
export const clientCertificate: BootstrapKind<[], []> = { initiator, responder };
