// A node that starts quickly: its hundreds of modules as one file, and its worker as another.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BANNER = "import { createRequire as $require } from 'node:module';\nconst require = $require(import.meta.url);";

/** What starts threads by files of its own stays where it is. */
const WHERE_IT_IS: Plugin = {
  name: 'where it is',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^piscina$/ }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (pluginData === FOUND) return undefined;
      const found = await resolve(name, { kind, resolveDir, pluginData: FOUND });
      return { path: pathToFileURL(found.path).href, external: true };
    }),
};
const FOUND = 'found';

export interface BundledNode {
  readonly program: string;
  readonly workerUrl: string;
  remove(): void;
}

export async function bundledNode(): Promise<BundledNode> {
  const outdir = mkdtempSync(path.join(os.tmpdir(), 'parley-node-'));
  await build({
    entryPoints: { node: './node.mjs', worker: '@parley/engine/pool-worker' },
    absWorkingDir: HERE,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['lmdb', 'libxmljs2', 'pg-native'],
    plugins: [WHERE_IT_IS],
    banner: { js: BANNER },
    logLevel: 'error',
  });
  return {
    program: path.join(outdir, 'node.mjs'),
    workerUrl: path.join(outdir, 'worker.mjs'),
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
