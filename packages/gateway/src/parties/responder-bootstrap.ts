import type { ResponderBootstrap } from '@parley/conversation';
import { asymmetricX509, clientCertificate, symmetricX509, usernameOverTls } from '@parley/conversation';
import type { SecuredBegin } from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';
import { Users } from '../credentials/users.ts';

/** How conversations with a secured endpoint begin. @throws Fault what is wrong with a file */
export async function responderBootstrap(begin: SecuredBegin, files: Files): Promise<ResponderBootstrap> {
  switch (begin.by) {
    case 'username-over-tls':
      return usernameOverTls.responder({ authenticate: (await usersOf(begin.users, files)).authenticate });
    case 'client-certificate':
      return clientCertificate.responder();
    case 'symmetric-x509': {
      const { own } = await files.keyPair(begin.certificate, begin.key);
      const users = begin.users === undefined ? undefined : await usersOf(begin.users, files);
      const endorsers = begin.endorsers === undefined ? undefined : await files.trust(begin.endorsers);
      return symmetricX509.responder({ ownKeys: [own], authenticate: users?.authenticate, endorsers });
    }
    case 'asymmetric-x509': {
      const { own, signature } = await files.keyPair(begin.certificate, begin.key);
      const known = begin.known === undefined ? [] : [begin.known];
      const trust = await files.trust(begin.trust, ...known);
      return asymmetricX509.responder({ signature: { ...signature, reference: 'thumbprint' }, ownKeys: [own], trust });
    }
  }
}

async function usersOf(file: string, files: Files): Promise<Users> {
  return new Users(await files.text(file), files.path(file));
}
