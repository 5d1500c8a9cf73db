/** Compiles scan-root.ts to src/hot/scan-module-octets.ts. Run after a change: node packages/codec/assembly/build.mjs */
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const source = new URL('scan-root.ts', import.meta.url);
const target = new URL('../src/hot/scan-module-octets.ts', import.meta.url);

/** The text of scan-module-octets.ts. */
export async function generated() {
  let octets;
  const { error, stderr } = await asc.main(
    [
      'scan-root.ts',
      '-O3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--initialMemory',
      '64',
      '--memoryBase',
      '8192',
      '-o',
      'out',
    ],
    {
      readFile: (name) => (name === 'scan-root.ts' ? readFileSync(source, 'utf8') : null),
      writeFile: (name, contents) => {
        if (name === 'out') octets = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(octets)
    .toString('base64')
    .match(/.{1,100}/g);
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  return `/** Made by assembly/build.mjs from assembly/scan-root.ts: the WebAssembly module, in base64. */\nexport const SCAN_MODULE: string =\n${text};\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(target, await generated());
