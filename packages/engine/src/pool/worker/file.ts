/** Where the worker's code is. From sources (tests) the built file is taken: Node 20 loads no TypeScript in a thread. */
export function workerFile(): string {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../../dist/pool/worker/worker.js' : './worker.js', here).href;
}
