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
  const nearest = nearestName(text, FAULT_CODES);
  const hint = nearest === undefined ? 'see parley explain' : `did you mean ${nearest}?`;
  throw new Fault('caller.option-invalid', { reason: `there is no code ${text.slice(0, 64)}; ${hint}` });
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
