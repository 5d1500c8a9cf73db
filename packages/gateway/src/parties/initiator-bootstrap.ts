import type { InitiatorBootstrap, UsernameCredential } from '@parley/conversation';
import { asymmetricX509, clientCertificate, symmetricX509, usernameOverTls } from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import type { KeyRecipient } from '@parley/engine';
import type { KeyFiles, PlainBegin, UserFiles } from '../configuration/configuration.ts';
import type { Files, KeyPair } from '../credentials/pem-files.ts';

/** How conversations of a plain endpoint begin. @throws Fault what is wrong with a file */
export async function initiatorBootstrap(begin: PlainBegin, files: Files): Promise<InitiatorBootstrap> {
  switch (begin.by) {
    case 'username-over-tls':
      return usernameOverTls.initiator(await credentialOf(begin, files));
    case 'client-certificate':
      return clientCertificate.initiator();
    case 'symmetric-x509': {
      const { username, password, certificate, key } = begin;
      const isUser = isPair('username', username, 'password', password);
      const isHolder = isPair('certificate', certificate, 'key', key);
      const user = isUser ? await credentialOf(begin as UserFiles, files) : undefined;
      const pair = isHolder ? await keyPairOf(begin as KeyFiles, files) : undefined;
      return symmetricX509.initiator({
        service: await service(begin, files),
        username: user,
        endorse: pair?.signature,
      });
    }
    case 'asymmetric-x509': {
      const { own, signature } = await keyPairOf(begin, files);
      const trust = await files.trust(begin.trust, begin.service);
      return asymmetricX509.initiator({ signature, service: await service(begin, files), trust, ownKeys: [own] });
    }
  }
}

/** Whether both are there. @throws Fault `caller.option-invalid` one is there without the other */
function isPair(first: string, one: unknown, second: string, other: unknown): boolean {
  if ((one === undefined) !== (other === undefined))
    throw new Fault('caller.option-invalid', { option: one === undefined ? first : second, reason: 'is missing' });
  return one !== undefined;
}

async function keyPairOf({ certificate, key }: KeyFiles, files: Files): Promise<KeyPair> {
  return await files.keyPair(certificate, key);
}

async function service(begin: { readonly service: string }, files: Files): Promise<KeyRecipient> {
  const [certificate] = await files.certificates(begin.service);
  return { certificate, reference: 'thumbprint' };
}

async function credentialOf({ username, password }: UserFiles, files: Files): Promise<UsernameCredential> {
  const octets = await files.octets(password);
  // An editor ends the last line.
  const length = octets.at(-1) === 0x0a ? octets.length - (octets.at(-2) === 0x0d ? 2 : 1) : octets.length;
  return { username, password: Secret.copyOf(octets.subarray(0, length)) };
}
