import process from 'node:process';
import { runVectors } from './run-vectors.ts';

process.exitCode = await runVectors(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
