// The test keys of all live peers.
import { type Built, build } from './live-process.ts';

/** The folder with them, made once; or why they cannot be. */
export function makeLiveKeys(): Built {
  return build('test/interop/live/make-keys.mjs');
}

/** The folder with the keys of peers that are there. */
export function liveKeys(): string {
  const { output, missing } = makeLiveKeys();
  if (missing !== undefined) throw new Error(missing);
  return output;
}
