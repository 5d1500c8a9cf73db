// `node scripts/bundle.mjs`: what `parley verify` and other quick commands load, as few files, and a worker as one, beside
// what they were made of.
// Hundreds of modules take longer to find than the work of a small log takes.
// @ts-check
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const CLI = fileURLToPath(new URL('../packages/cli/dist', import.meta.url));

/** Native code, and what starts threads by files of its own. */
const EXTERNAL = ['lmdb', 'msgpackr', 'piscina'];
/** Servers that nodes share, and tokens: bin/parley.js takes the modules for them. */
const BESIDE = '@parley/gateway/internal';
/** What reads configuration files: with `--config`, bin/parley.js takes the modules. */
const CONFIGURATION = './judging-file.js';
/** Commands that are not in the bundle: bin/parley.js takes the modules for them. */
const OTHER_COMMANDS = ['admin', 'archive', 'call', 'relay', 'serve', 'user'].map((name) => `./commands/${name}.js`);

const CHUNK = 'bundle-';

/**
 * libxml2 and the schemas are codec's own, and found from where its modules lie.
 * @type {import('esbuild').Plugin}
 */
const FILES_OF_CODEC = {
  name: 'files of codec',
  setup(build) {
    build.onLoad({ filter: /[\\/](libxml[\\/]native|schema[\\/]ws-schemas)\.js$/ }, ({ path: file }) => {
      const folder = path.basename(path.dirname(file));
      const place = `new URL('${folder}/', import.meta.resolve('@parley/codec'))`;
      return { contents: readFileSync(file, 'utf8').replace('import.meta.url', place) };
    });
  },
};

/** Makes them of the built packages. */
export async function bundle() {
  for (const name of readdirSync(CLI)) if (name.startsWith(CHUNK)) rmSync(path.join(CLI, name));
  // The worker needs all of its file; of the program, what keeps stores stands apart, with its native code.
  await made({ bundle: path.join(CLI, 'main.js') }, true);
  await made({ worker: '@parley/log/worker' }, false);
}

/**
 * @param {Readonly<Record<string, string>>} entryPoints
 * @param {boolean} splitting
 */
async function made(entryPoints, splitting) {
  await build({
    entryPoints: { ...entryPoints },
    outdir: CLI,
    chunkNames: `${CHUNK}[hash]`,
    absWorkingDir: path.dirname(CLI),
    bundle: true,
    splitting,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: [...EXTERNAL, BESIDE, CONFIGURATION, ...OTHER_COMMANDS],
    plugins: [FILES_OF_CODEC],
    // cli-progress is CommonJS.
    banner: {
      js: "import { createRequire as $require } from 'node:module';\nconst require = $require(import.meta.url);",
    },
    // Names stay: a stack and a profile show them.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
