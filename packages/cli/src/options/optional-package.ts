import { Fault } from '@parley/core';

/**
 * What `load` imports, which needs `packages` that are installed beside Parley by those who want it; `wanter` is what needs them.
 * @throws Fault `caller.option-invalid` they are not installed
 */
export async function whereInstalled<T>(
  load: () => Promise<T>,
  packages: readonly string[],
  option: string,
  wanter: string,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, packages)) throw error;
    const reason = `${wanter} needs what is not installed: npm install ${packages.join(' ')}`;
    throw new Fault('caller.option-invalid', { option, reason }, error);
  }
}

function isMissing(error: unknown, packages: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    packages.some((name) => error.message.includes(`'${name}'`))
  );
}
