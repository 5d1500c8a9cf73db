// Verifies an archive, and says each event on a line: `node archive-worker.mjs FOLDER KEYS OUT SHARDS`.
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { fileSegments, folderObjects, verifyArchive } from '@parley/archive';
import { contextSource } from '@parley/core';
import { parseKeys } from '@parley/log';

const [folder, keys, out, shards] = process.argv.slice(2);
const contexts = contextSource(parseKeys(readFileSync(keys)));
await verifyArchive({
  source: fileSegments([folder]),
  store: folderObjects(out),
  contexts,
  judging: { profile: 'strict', at: 'message', allowReplays: false },
  shards: Number(shards),
  workers: 0,
  onEvent: (event) => writeSync(1, `${event.kind}\n`),
});
