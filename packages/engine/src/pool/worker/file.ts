import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Fault } from '@parley/core';

/**
 * The URL of the worker's module: the given one, or where this package has it. A thread whose module is not there would die and be
 * replaced, again and again, without a word.
 *
 * @throws Fault `caller.option-invalid` no `file:` URL or path, or no such file
 */
export function workerFile(given: string | URL | undefined): string {
  return fileOfWorker(given ?? ownFile());
}

/** The same of a module that is named in any case. */
export function fileOfWorker(given: string | URL): string {
  const url = urlOf(given);
  if (url?.protocol !== 'file:') throw new Fault('caller.option-invalid', { option: 'workerUrl', reason: 'no file' });
  if (!existsSync(url)) {
    throw new Fault('caller.option-invalid', {
      option: 'workerUrl',
      path: fileURLToPath(url),
      reason:
        'there is no such file; in a bundle, make @parley/engine/pool-worker an entry of its own and give its URL',
    });
  }
  return url.href;
}

/** From sources (tests) the built file is taken: Node 20 loads no TypeScript in a thread. */
function ownFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../../dist/pool/worker/worker.js' : './worker.js', here);
}

function urlOf(given: string | URL): URL | undefined {
  if (given instanceof URL) return given;
  if (path.isAbsolute(given)) return pathToFileURL(given);
  try {
    return new URL(given);
  } catch {
    return undefined;
  }
}
