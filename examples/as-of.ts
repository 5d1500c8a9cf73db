// Verifies logs as of a time, with a line for each message in a file: node as-of.js <log or folder> <keys file> <instant> <results>
import { open, readFile } from 'node:fs/promises';
import { contextSource } from '@parley/core';
import { createPool, policyOf } from '@parley/engine';
import { findLogFiles, parseKeys, readLog, resultLine, verifyLog } from '@parley/log';

const [logs = '', keys = '', at = '', out = ''] = process.argv.slice(2);
const contexts = contextSource(parseKeys(await readFile(keys)));
await using pool = createPool({ workers: 2, policy: policyOf('strict'), contexts });
async function* entries() {
  for (const file of (await findLogFiles([logs])).files) yield* readLog(file.path);
}
const file = await open(out, 'wx');
const onResult = async (result: Parameters<typeof resultLine>[0]) => void (await file.write(`${resultLine(result)}\n`));
console.log(await verifyLog({ entries: entries(), pool, at: { atMs: Date.parse(at) }, onResult }));
await file.close();
