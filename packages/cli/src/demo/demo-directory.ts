import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@parley/core';
import { makeDirectory } from '@parley/sealing/internal';
import { KEK_FILE } from '../options/store-key.ts';

/** What a demo is made of; all of it is replaced by the next one. */
export interface DemoFiles {
  readonly contexts: string;
  readonly kek: string;
  readonly log: string;
  readonly handshake: string;
}

const MARKER = 'parley-demo';
const MARKER_TEXT = 'Made by `parley demo`, and replaced by it.\n';

/**
 * An empty place for a demo at `directory`: a new folder, an empty one, or that of an earlier demo, whose files are removed.
 * @throws Fault `caller.output-unwritable` for a folder that holds something else
 */
export async function prepareDemoDirectory(directory: string): Promise<DemoFiles> {
  const files: DemoFiles = {
    contexts: join(directory, 'contexts'),
    kek: join(directory, KEK_FILE),
    log: join(directory, 'log.ndjson'),
    handshake: join(directory, 'handshake.ndjson'),
  };
  try {
    await makeDirectory(directory);
    const names = await readdir(directory);
    if (names.length > 0 && !names.includes(MARKER)) {
      throw new Fault('caller.output-unwritable', {
        path: directory,
        reason: 'this folder holds something else than a demo',
      });
    }
    for (const path of Object.values(files)) await rm(path, { recursive: true, force: true });
    // First, so that a demo that was interrupted can be replaced too.
    await writeFile(join(directory, MARKER), MARKER_TEXT);
    return files;
  } catch (error) {
    if (error instanceof Fault) throw error;
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Fault('caller.output-unwritable', { path: directory, reason });
  }
}
