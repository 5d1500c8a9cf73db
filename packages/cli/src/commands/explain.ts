import type { FaultCode } from '@parley/core';
import { actorOf, FAULT_CODES, Fault, isFaultCode, meaningOf, retryOf, soapFaultOf } from '@parley/core';
import { jsonLine, nearestName } from '@parley/core/internal';
import type { ExplainOptions } from '../declarations/explain-command.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

const ACTORS = {
  sender: 'the sender of the message',
  program: 'the program that calls Parley',
  operator: 'whoever operates it: files, rights, capacity',
  parley: 'Parley: please report it',
} as const satisfies Record<ReturnType<typeof actorOf>, string>;
const RETRIES = {
  never: 'does not help as things are',
  later: 'may help later, with the same octets',
  'new-message': 'helps with a new message of the same content',
  'new-context': 'helps in a new or renewed context',
} as const satisfies Record<ReturnType<typeof retryOf>, string>;

/** `parley explain`: what one code, those that begin with or have a text in them, or all mean. */
export async function explain(
  text: string | undefined,
  { json }: ExplainOptions,
  { stdout }: Terminal,
): Promise<ExitStatus> {
  const write = json === true ? explanationJson : explanationText;
  const codes = codesFor(text);
  for (const [index, code] of codes.entries())
    await stdout.line(`${index > 0 && json !== true ? '\n' : ''}${write(code)}`);
  return ExitStatus.ok;
}

function codesFor(text: string | undefined): readonly FaultCode[] {
  if (text === undefined) return FAULT_CODES;
  if (isFaultCode(text)) return [text];
  const begun = FAULT_CODES.filter((code) => code.startsWith(text));
  const codes = begun.length > 0 ? begun : FAULT_CODES.filter((code) => code.includes(text));
  if (codes.length > 0) return codes;
  const nearest = nearestCode(text);
  const hint = nearest === undefined ? 'see parley explain' : `did you mean ${nearest}?`;
  throw new Fault('caller.option-invalid', { reason: `there is no code ${text.slice(0, 64)}; ${hint}` });
}

/** By all of its name, else by what follows its prefix, by that's beginning, or by a word of it. */
function nearestCode(text: string): FaultCode | undefined {
  const whole = nearestName(text, FAULT_CODES);
  if (whole !== undefined) return whole as FaultCode;
  const [prefix = '', named] = text.includes('.') ? text.split('.', 2) : ['', text];
  const parts = new Map<string, FaultCode>();
  for (const code of FAULT_CODES) {
    const name = code.slice(code.indexOf('.') + 1);
    const words = name.split('-');
    if (!code.startsWith(prefix)) continue;
    for (const part of [name, words.slice(0, -1).join('-'), ...words]) if (!parts.has(part)) parts.set(part, code);
  }
  const nearest = nearestName(named ?? '', [...parts.keys()]);
  return nearest === undefined ? undefined : parts.get(nearest);
}

function explanationText(code: FaultCode): string {
  return [
    code,
    `  ${meaningOf(code)}`,
    `  who can mend it:  ${ACTORS[actorOf(code)]}`,
    `  trying again:     ${RETRIES[retryOf(code)]}`,
    `  the peer is told: ${soapFaultText(code)}`,
  ].join('\n');
}

function soapFaultText(code: FaultCode): string {
  const fault = soapFaultOf(code);
  if (fault === undefined) return 'nothing';
  return fault.subcode === undefined ? `soap:${fault.code}` : `soap:${fault.code}, ${fault.subcode}`;
}

function explanationJson(code: FaultCode): string {
  return jsonLine({
    code,
    meaning: meaningOf(code),
    actor: actorOf(code),
    retry: retryOf(code),
    soapFault: soapFaultOf(code) ?? null,
  });
}
