/** A certificate that signs the Timestamp and wsa:To, over TLS (WS-SecurityPolicy's TransportBinding, an endorsing X509Token). */
import { NAMESPACE_URIS } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import type { BootstrapKind, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import type { CertificateOverTlsInitiator, CertificateOverTlsResponder } from './options.ts';
import { CERTIFICATE_INITIATOR, CERTIFICATE_RESPONDER } from './options-shape.ts';
import { answerOverTls, handshakeOverTls, TIMESTAMP_ALONE, TIMESTAMP_SIGNED } from './over-tls.ts';
import { signatureOf } from './symmetric-x509.ts';

/** interop: WCF wants the key of a certificate to say whom it is used for. */
const SIGNED: typeof TIMESTAMP_SIGNED = {
  ...TIMESTAMP_SIGNED,
  sign: {
    ...TIMESTAMP_SIGNED.sign,
    headers: [Namespace.wsa, Namespace.wsa04].map((index) => ({
      namespace: NAMESPACE_URIS[index] ?? '',
      localName: 'To',
    })),
  },
};

/** The initiator's: `signature` is borrowed for as long as the initiator lives. */
function initiator(options: CertificateOverTlsInitiator): InitiatorBootstrap {
  requireOptions(CERTIFICATE_INITIATOR, options, 'options');
  const { signature } = options;
  return {
    kind: 'certificate-over-tls',
    protectedBy: 'channel',
    begin: (scene) =>
      handshakeOverTls({ certificate: signatureOf(signature, scene), suite: scene.suite, ...SIGNED }, scene),
  };
}

/** The responder's. */
function responder(options: CertificateOverTlsResponder): ResponderBootstrap {
  requireOptions(CERTIFICATE_RESPONDER, options, 'options');
  const { trust } = options;
  return {
    kind: 'certificate-over-tls',
    protectedBy: 'channel',
    profile: 'x509',
    demands: TIMESTAMP_ALONE,
    credentials: { trust },
    principalOf: ({ message }) => signerOf(message),
    answer: answerOverTls,
  };
}

/** A certificate that signs the Timestamp, over TLS. */
export const certificateOverTls: BootstrapKind<[CertificateOverTlsInitiator], [CertificateOverTlsResponder]> = {
  initiator,
  responder,
};

/** @throws Fault `peer.authentication-failed` no certificate signed the Timestamp */
function signerOf({ signed }: OpenedMessage): string {
  for (const { role, key } of signed) if (role === 'timestamp' && key.source === 'certificate') return key.subject;
  throw new Fault('peer.authentication-failed', { reason: 'no signing certificate' });
}
