/** Key material of trust messages, encrypted for one party beside what hides the message. */
import type { Secret } from '@parley/core';
import { algorithmSuite, Fault } from '@parley/core';
import type { KeyRecipient } from '@parley/engine';
import { EncryptedKey } from '@parley/engine';
import type { KeyForm } from '../trust/key-element.ts';
import type { HandshakeScene, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';

/**
 * The form that an option wants.
 * @throws Fault `caller.option-invalid` the bootstrap has no key to encrypt others with
 */
export function keyFormOf({
  keyForm = 'binary-secret',
  bootstrap,
}: {
  readonly keyForm?: KeyForm | undefined;
  readonly bootstrap: Pick<InitiatorBootstrap | ResponderBootstrap, 'kind' | 'encryptKey'>;
}): KeyForm {
  if (keyForm === 'encrypted-key' && bootstrap.encryptKey === undefined)
    throw new Fault('caller.option-invalid', { option: 'keyForm', bootstrap: bootstrap.kind });
  return keyForm;
}

/** For the holder of a certificate, which is named, for a Body holds no tokens. */
export function hiddenFor(
  recipient: KeyRecipient,
  secret: Secret,
  { suite, ambient }: Pick<HandshakeScene, 'suite' | 'ambient'>,
): EncryptedKey {
  const reference = recipient.reference === 'direct' ? 'thumbprint' : recipient.reference;
  return EncryptedKey.forRecipient({ ...recipient, reference }, { ...optionsOf({ suite, ambient }), secret });
}

/** For whoever has the session key of the exchange, by which it is named. */
export function hiddenUnder(
  sessionKey: EncryptedKey,
  secret: Secret,
  scene: Pick<HandshakeScene, 'suite' | 'ambient'>,
): EncryptedKey {
  const options = optionsOf(scene);
  // interop: a session key need not have the length of the suite's.
  const algorithm = WRAPS.get(sessionKey.secret.lengthBytes) ?? options.suite.keyWrap.name;
  const wrapping = { secret: sessionKey.secret, name: { sha1: sessionKey.sha1 }, algorithm };
  return EncryptedKey.wrapped(wrapping, { ...options, secret });
}

const WRAPS: ReadonlyMap<number, 'kw-aes128' | 'kw-aes192' | 'kw-aes256'> = new Map([
  [16, 'kw-aes128'],
  [24, 'kw-aes192'],
  [32, 'kw-aes256'],
]);

function optionsOf({ suite, ambient }: Pick<HandshakeScene, 'suite' | 'ambient'>) {
  return { suite: algorithmSuite(suite), fillRandom: (out: Uint8Array): void => ambient.fillRandom(out) };
}
