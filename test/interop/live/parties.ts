/** The two parties of a conversation with a peer, and every way in which one begins, from a folder of test keys. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { InitiatorBootstrap, PasswordAttempt, ResponderBootstrap } from '@parley/conversation';
import {
  asymmetricX509,
  certificateOverTls,
  passwordMatches,
  symmetricX509,
  usernameOverTls,
} from '@parley/conversation';
import { Certificate, CertifiedKey, DEFAULT_LIMITS, PrivateKey, Secret, Trust } from '@parley/core';
import type { CertificateSignature, OwnKey } from '@parley/engine';

/**
 * The service's certificate alone, with a user, with an endorsing certificate; a certificate on either side, which messages
 * name by thumbprint or by issuer and serial number; over TLS, a user, or a certificate.
 */
export type BootstrapWord = 'x509' | 'ut' | 'x509m' | 'asym' | 'asym-serial' | 'tls' | 'tls-cert';

export interface Parties {
  readonly trust: Trust;
  readonly client: OwnKey;
  readonly server: OwnKey;
  authenticate(attempt: PasswordAttempt): string | undefined;
  initiator(bootstrap: BootstrapWord): InitiatorBootstrap;
  responder(bootstrap: BootstrapWord): ResponderBootstrap;
}

const USER = 'alice';

/** `folder` has `ca.pem`, and of `server` and `client` certificate (`.pem`) and key (`.key`); alice has the password. */
export function partiesOf(folder: string, password: string): Parties {
  const file = (name: string): Buffer => readFileSync(path.join(folder, name));
  const certificatesIn = (name: string): readonly Certificate[] =>
    Certificate.readPem(file(`${name}.pem`), DEFAULT_LIMITS);
  const own = (name: string): OwnKey => ({
    certificate: certificatesIn(name)[0]!,
    privateKey: PrivateKey.read(
      { format: 'pem', bytes: file(`${name}.key`) },
      { uses: ['signature', 'encryption', 'rsa-1_5'] },
    ),
  });
  const [client, server] = [own('client'), own('server')];
  const intermediates = [client.certificate, server.certificate];
  const trust = new Trust({ anchors: certificatesIn('ca'), intermediates, revocation: 'if-listed' });
  const secret = new TextEncoder().encode(password);
  const authenticate = (attempt: PasswordAttempt): string | undefined =>
    attempt.username === USER && passwordMatches(attempt, secret) ? USER : undefined;
  const all = { trust, client, server, authenticate };
  return {
    ...all,
    initiator: (bootstrap) => initiatorFor(bootstrap, all, { username: USER, password: Secret.copyOf(secret) }),
    responder: (bootstrap) => responderFor(bootstrap, all),
  };
}

type Known = Pick<Parties, 'trust' | 'client' | 'server' | 'authenticate'>;

function signer({ certificate, privateKey }: OwnKey): CertificateSignature {
  return { key: CertifiedKey.of(privateKey, [certificate]), reference: 'direct' };
}

function referenceOf(bootstrap: BootstrapWord): 'thumbprint' | 'issuer-serial' {
  return bootstrap === 'asym-serial' ? 'issuer-serial' : 'thumbprint';
}

function initiatorFor(
  bootstrap: BootstrapWord,
  { trust, client, server }: Known,
  username: { readonly username: string; readonly password: Secret },
): InitiatorBootstrap {
  const service = { certificate: server.certificate, reference: referenceOf(bootstrap) };
  switch (bootstrap) {
    case 'x509':
      return symmetricX509.initiator({ service });
    case 'x509m':
      return symmetricX509.initiator({ service, endorse: signer(client) });
    case 'ut':
      return symmetricX509.initiator({ service, username });
    case 'asym':
    case 'asym-serial':
      return asymmetricX509.initiator({ signature: signer(client), service, trust, ownKeys: [client] });
    case 'tls':
      return usernameOverTls.initiator(username);
    case 'tls-cert':
      return certificateOverTls.initiator({ signature: signer(client) });
  }
}

function responderFor(bootstrap: BootstrapWord, { trust, server, authenticate }: Known): ResponderBootstrap {
  const ownKeys = [server];
  switch (bootstrap) {
    case 'x509':
      return symmetricX509.responder({ ownKeys });
    case 'x509m':
      return symmetricX509.responder({ ownKeys, endorsers: trust });
    case 'ut':
      return symmetricX509.responder({ ownKeys, authenticate });
    case 'asym':
    case 'asym-serial': {
      const reference = referenceOf(bootstrap);
      return asymmetricX509.responder({ signature: { ...signer(server), reference }, ownKeys, trust, reference });
    }
    case 'tls':
      return usernameOverTls.responder({ authenticate });
    case 'tls-cert':
      return certificateOverTls.responder({ trust });
  }
}
