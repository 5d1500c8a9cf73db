// @ts-check
import { FAULT_MEANINGS } from './fault-meanings.mjs';

/** @typedef {{ readonly code: string, readonly subcode?: string }} SoapFault */

const GROUPS = [
  ['peer', 'The message, or its sender'],
  ['caller', 'The program that called Parley'],
  ['internal', 'Parley and its machinery'],
];

// SOAP 1.1 has one code where SOAP 1.2 has two; without a subcode it has its own words.
/** @type {Readonly<Record<string, string>>} */
const SOAP11_CODES = { Sender: 'soap:Client', Receiver: 'soap:Server' };

/**
 * The text of docs/faults.md.
 * @template {string} Code
 * @param {readonly Code[]} codes
 * @param {(code: Code) => SoapFault | undefined} soapFaultOf
 * @returns {string}
 */
export function faultTable(codes, soapFaultOf) {
  const sections = GROUPS.map(([prefix, title]) => {
    const rows = codes.filter((code) => code.startsWith(`${prefix}.`)).map((code) => row(code, soapFaultOf(code)));
    return [
      `## ${title}: \`${prefix}.\``,
      '',
      '| code | meaning | SOAP 1.2 | SOAP 1.1 |',
      '| --- | --- | --- | --- |',
      ...rows,
    ];
  });
  return `${[INTRODUCTION, ...sections.map((lines) => lines.join('\n'))].join('\n\n')}\n`;
}

const INTRODUCTION = `# Faults

Every way in which Parley refuses or fails has one of these codes. Codes are API: they are added, never renamed.
Logs and results carry the code; the peer gets only the SOAP fault beside it, which is the same for everything that a
forger could learn from. A dash means that the code never leaves the process.

Written by \`node scripts/write-fault-table.mjs\` from \`packages/core/src/base/fault.ts\`; a test keeps it current.`;

/**
 * @param {string} code
 * @param {SoapFault | undefined} fault
 */
function row(code, fault) {
  const meaning = FAULT_MEANINGS[code];
  if (meaning === undefined) throw new Error(`scripts/fault-meanings.mjs has no line for ${code}`);
  if (fault === undefined) return `| \`${code}\` | ${meaning} | – | – |`;
  const soap12 = [`soap:${fault.code}`, fault.subcode].filter((part) => part !== undefined).join(' / ');
  const soap11 = fault.subcode ?? SOAP11_CODES[fault.code] ?? `soap:${fault.code}`;
  return `| \`${code}\` | ${meaning} | ${soap12} | ${soap11} |`;
}
