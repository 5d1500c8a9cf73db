// Compiles the AssemblyScript of the packages to the WebAssembly modules that are committed as text. Run after a change:
// node scripts/compile-assembly.mjs
// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {{ readonly source: string, readonly target: string, readonly constant: string, readonly options: readonly string[] }} Assembly */

/**
 * What is compiled to what, from the repository's root.
 * @type {readonly Assembly[]}
 */
export const ASSEMBLIES = [
  {
    source: 'packages/core/assembly/sha1.ts',
    target: 'packages/core/src/hot/sha1-module-octets.ts',
    constant: 'SHA1_MODULE',
    options: ['--initialMemory', '1'],
  },
  {
    source: 'packages/core/assembly/base64-blocks.ts',
    target: 'packages/core/src/hot/base64-module-octets.ts',
    constant: 'BASE64_MODULE',
    options: ['--enable', 'simd', '--initialMemory', '1'],
  },
  {
    source: 'packages/log/assembly/record.ts',
    target: 'packages/log/src/hot/record-module-octets.ts',
    constant: 'RECORD_MODULE',
    options: ['--enable', 'simd', '--initialMemory', '192'],
  },
  {
    source: 'packages/codec/assembly/scan-root.ts',
    target: 'packages/codec/src/hot/scan/scan-module-octets.ts',
    constant: 'SCAN_MODULE',
    options: ['--enable', 'simd', '--initialMemory', '512', '--memoryBase', '16384'],
  },
  {
    source: 'packages/codec/assembly/template.ts',
    target: 'packages/codec/src/hot/template/template-module-octets.ts',
    constant: 'TEMPLATE_MODULE',
    options: ['--enable', 'simd', '--initialMemory', '256'],
  },
];

/**
 * The text of the target.
 * @param {Assembly} assembly
 * @returns {Promise<string>}
 */
export async function compiled({ source, constant, options }) {
  const name = path.posix.basename(source);
  const folder = path.join(ROOT, path.posix.dirname(source));
  /** @type {Uint8Array} */
  let octets = new Uint8Array(0);
  const { error, stderr } = await asc.main([name, '-O3', '--noAssert', '--runtime', 'stub', ...options, '-o', 'out'], {
    readFile: (file) => {
      const part = path.join(folder, file);
      return existsSync(part) ? readFileSync(part, 'utf8') : null;
    },
    writeFile: (file, contents) => {
      if (file === 'out' && typeof contents !== 'string') octets = contents;
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  return `/** Made by scripts/compile-assembly.mjs from assembly/${name}: the WebAssembly module, in base64. */\nexport const ${constant}: string =\n${text};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const assembly of ASSEMBLIES) writeFileSync(path.join(ROOT, assembly.target), await compiled(assembly));
}
