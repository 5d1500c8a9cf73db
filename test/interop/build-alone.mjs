// Test files run at once, and several need the same peer: one of them builds it, and the others wait.
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const WAIT_MS = 250;
/** Longer than any build takes: whoever had the lock was killed. */
const STALE_MS = 900_000;

/**
 * What `work` gives, while nobody else is at it.
 * @template Result
 * @param {string} folder of what is built
 * @param {() => Result} work
 */
export function buildAlone(folder, work) {
  const lock = `${folder}.lock`;
  mkdirSync(path.dirname(lock), { recursive: true });
  while (!taken(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock */
function taken(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
