import { Fault } from '@parley/core';

/**
 * What `load` imports, which needs `packages` that are installed beside Parley by those who want it.
 * @throws Fault `caller.option-invalid` they are not installed
 */
export async function installed<T>(load: () => Promise<T>, packages: readonly string[], option: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const isMissing =
      error instanceof Error &&
      packages.some((name) => error.message.includes(`'${name}'`)) &&
      (error as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw error;
    const reason = `it needs what is not installed: npm install ${packages.join(' ')}`;
    throw new Fault('caller.option-invalid', { option, reason }, error);
  }
}
