// `node bundle.mjs <bundler>`: the program and the worker as two files in a folder named after the bundler. What starts threads or
// loads native code by its own files stays outside: piscina, msgpackr (and lmdb, which this program has not).
import path from 'node:path';
import process from 'node:process';

const [, , bundler] = process.argv;
const folder = path.resolve(bundler);
const entries = { program: './bundled-program.mjs', worker: '@parley/engine/pool-worker' };
const external = ['piscina', 'msgpackr'];

const BUNDLERS = {
  async esbuild() {
    const { build } = await import('esbuild');
    const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', outdir: folder };
    await build({ ...options, entryPoints: entries, external, logLevel: 'warning' });
  },
  async rollup() {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    for (const [name, input] of Object.entries(entries)) {
      const plugins = [nodeResolve({ exportConditions: ['node'] })];
      const bundle = await rollup({ input, plugins, external: [...external, /^node:/] });
      await bundle.write({ file: path.join(folder, `${name}.js`), format: 'es', inlineDynamicImports: true });
    }
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const compiler = webpack({
      mode: 'production',
      target: 'node20',
      entry: { program: entries.program, worker: { import: entries.worker, library: { type: 'module' } } },
      experiments: { outputModule: true },
      externalsType: 'module',
      externals: external,
      output: { path: folder, filename: '[name].js', module: true, chunkFormat: 'module' },
      // import.meta.url is where the bundle lies, not where its sources lay; and the worker lies there, too.
      module: { parser: { javascript: { importMeta: false, url: false } } },
      optimization: { minimize: false },
    });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, result) => (error === null ? resolve(result) : reject(error)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString({ colors: false }));
  },
};

await BUNDLERS[bundler]();
