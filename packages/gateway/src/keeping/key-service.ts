import { saidAs } from '@parley/core/internal';
import type { KeyWrapper } from '@parley/sealing';
import { installed } from './installed.ts';

/**
 * Does `work` with what unwraps key files: the token that `uri` names (RFC 7512), or nothing where there is none; `option` is whose URI it is.
 * @throws Fault (rejects) `caller.option-invalid` its driver is not installed; as `openPkcs11Uri`, and as `work`
 */
export async function withKeyService<T>(
  uri: string | undefined,
  option: string,
  work: (wrapper: KeyWrapper | undefined) => Promise<T>,
): Promise<T> {
  if (uri === undefined) return await work(undefined);
  const [{ PKCS11 }, { openPkcs11Uri }] = await installed(
    async () => await Promise.all([import('pkcs11js').then(({ default: all }) => all), import('@parley/pkcs11')]),
    ['pkcs11js'],
    option,
  );
  const wrapper = await saidAs({ uri: option }, () => openPkcs11Uri(new PKCS11(), uri));
  try {
    return await work(wrapper);
  } finally {
    wrapper.close();
  }
}
