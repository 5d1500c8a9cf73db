// Takes down all that is in an LMDB database; puts it back over what is there, or instead of it, in a process of its own.
// Runs on the built packages: node store-copier.mjs <directory> take|put-back|restore <file>
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { open } = createRequire(new URL('../../packages/stores/package.json', import.meta.url))('lmdb');
const [directory, command, file] = process.argv.slice(2);
const database = open({
  path: directory,
  noSubdir: false,
  encoding: 'binary',
  keyEncoding: 'binary',
  overlappingSync: false,
});
const hex = (octets) => Buffer.from(octets).toString('hex');
if (command === 'take') {
  const entries = [...database.getRange()].map(({ key, value }) => [hex(key), hex(value)]);
  writeFileSync(file, JSON.stringify(entries));
} else {
  const entries = JSON.parse(readFileSync(file, 'utf8'));
  await database.transaction(() => {
    if (command === 'restore') for (const key of [...database.getKeys()]) database.removeSync(key);
    for (const [key, value] of entries) database.putSync(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
  });
}
await database.close();
