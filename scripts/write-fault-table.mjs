// Writes docs/faults.md from the built table of codes.
// @ts-check
import './check-node.mjs';
import { writeFileSync } from 'node:fs';
import * as faults from '../packages/core/dist/base/fault.js';
import { faultTable } from './fault-table.mjs';

writeFileSync(new URL('../docs/faults.md', import.meta.url), faultTable(faults));
