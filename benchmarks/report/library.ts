import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The source of Chart.js (MIT) as one script. */
export function chartLibrary(): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve('chart.js'));
  return readFileSync(path.join(folder, 'chart.umd.min.js'), 'utf8');
}
