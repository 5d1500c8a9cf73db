import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the folder `directory`, and those it stands in, for their owner alone; one that is there already stays as it is. Node's `recursive` never
 * ends where a folder that is there takes no other, as in /proc.
 * @throws Error of the file system
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'EEXIST') return;
    const parent = path.dirname(directory);
    if (code !== 'ENOENT' || (await isThere(parent))) throw error;
    await makeDirectory(parent);
    await makeDirectory(directory);
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
