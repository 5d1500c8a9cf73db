// @ts-check

/** @typedef {typeof import('../packages/core/src/base/fault.ts')} Faults */
/** @typedef {import('../packages/core/src/base/fault.ts').FaultCode} FaultCode */

/** @type {readonly (readonly [string, string])[]} */
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
 * @param {Pick<Faults, 'FAULT_CODES' | 'actorOf' | 'meaningOf' | 'retryOf' | 'soapFaultOf'>} faults
 * @returns {string}
 */
export function faultTable(faults) {
  const sections = GROUPS.map(([prefix, title]) => [
    `## ${title}: \`${prefix}.\``,
    '',
    '| code | meaning | who acts | retry | SOAP 1.2 | SOAP 1.1 |',
    '| --- | --- | --- | --- | --- | --- |',
    ...faults.FAULT_CODES.filter((code) => code.startsWith(`${prefix}.`)).map((code) => row(code, faults)),
  ]);
  return `${[INTRODUCTION, ...sections.map((lines) => lines.join('\n'))].join('\n\n')}\n`;
}

const INTRODUCTION = `# Faults

Every way in which Parley refuses or fails has one of these codes. Codes are API: they are added, never renamed.
Logs and results carry the code; the peer gets only the SOAP fault beside it, which is the same for everything that a
forger could learn from. A dash means that the code never leaves the process.

**Who acts**: the \`sender\` of the message, the author of the \`program\` that called Parley, its \`operator\`, or \`parley\`: report it.
**Retry**: \`later\` the same octets may be taken; a \`new-message\` of the same content may; or one in a \`new-context\`,
established or renewed; else \`never\`. In a program: \`meaningOf\`, \`actorOf\`, \`retryOf\` and \`isTransient\` of \`@parley/core\`.
**Detail**: a limit is named with its value (\`limit\`, \`max\` or \`least\`) and how much there was (\`found\`); \`option\` is the one of the policy,
or of \`trust\`, that decides whether the message is taken.

Written by \`node scripts/write-fault-table.mjs\` from the tables in \`packages/core/src/base\`; a test keeps it current.`;

/**
 * @param {FaultCode} code
 * @param {Pick<Faults, 'actorOf' | 'meaningOf' | 'retryOf' | 'soapFaultOf'>} faults
 */
function row(code, faults) {
  const cells = [`\`${code}\``, faults.meaningOf(code), faults.actorOf(code), faults.retryOf(code)];
  const fault = faults.soapFaultOf(code);
  if (fault === undefined) return `| ${[...cells, '–', '–'].join(' | ')} |`;
  const soap12 = [`soap:${fault.code}`, fault.subcode].filter((part) => part !== undefined).join(' / ');
  const soap11 = fault.subcode ?? SOAP11_CODES[fault.code] ?? `soap:${fault.code}`;
  return `| ${[...cells, soap12, soap11].join(' | ')} |`;
}
