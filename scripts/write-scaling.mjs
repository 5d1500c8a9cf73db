// Writes what is computed in docs/scaling.md from docs/scaling.json.
// @ts-check
import './check-node.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { scalingTables } from './scaling-tables.mjs';

const DOCUMENT = new URL('../docs/scaling.md', import.meta.url);
const data = JSON.parse(readFileSync(new URL('../docs/scaling.json', import.meta.url), 'utf8'));
const [before, rest = ''] = readFileSync(DOCUMENT, 'utf8').split('<!-- computed -->\n');
const [, after] = rest.split('<!-- /computed -->');
writeFileSync(DOCUMENT, `${before}<!-- computed -->\n${scalingTables(data)}\n<!-- /computed -->${after}`);
