// Writes docs/faults.md from the built table of codes.
// @ts-check
import './check-node.mjs';
import { writeFileSync } from 'node:fs';
import { FAULT_CODES, soapFaultOf } from '../packages/core/dist/base/fault.js';
import { faultTable } from './fault-table.mjs';

writeFileSync(new URL('../docs/faults.md', import.meta.url), faultTable(FAULT_CODES, soapFaultOf));
