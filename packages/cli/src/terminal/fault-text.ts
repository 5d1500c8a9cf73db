import type { FaultCode, FaultDetail } from '@parley/core';
import { meaningOf } from '@parley/core';
import { formatInstant, jsonLine, printable } from '@parley/core/internal';
import { soapFaultText } from './soap-fault-text.ts';
import { systemReason } from './system-reason.ts';

/** What to say, and mostly what to do, about the errors that end a command. */
const SENTENCES: Partial<Record<FaultCode, string>> = {
  'caller.option-invalid': 'wrong usage',
  'caller.input-unreadable': 'cannot read',
  'caller.input-invalid': 'not usable',
  'caller.keys-invalid': 'the keys cannot be used',
  'caller.store-missing': 'there is no context store here',
  'caller.store-key-missing': 'there is no key-encryption key; `parley contexts init` makes a new store with its key',
  'caller.store-key-wrong':
    'the store is sealed with another key-encryption key than this one; after `parley contexts rekey` it is the new one',
  'caller.channel-not-secure': 'what proves who calls must not go over an open channel: use an address of https',
  'caller.store-permissions': 'it must be yours, for you to write, and closed to others (folders 0700, files 0600)',
  'caller.output-unwritable': 'cannot write',
  'caller.output-exists': 'is there already; --force replaces it',
  'caller.output-is-input': 'it is read: results would take its place',
  'caller.input-results': 'holds results of a verification, not messages',
  'caller.limit-decompression': 'it unpacks to more than a limit that --limit can raise',
  'caller.envelope-invalid': 'no envelope that can be secured',
  'peer.soap-fault': 'the service answered with a fault',
  'caller.libxml-unavailable': 'this needs libxml2',
  'internal.store-corrupt': 'the context store is damaged',
  'internal.store-unavailable': 'the context store does not answer',
};

/** How an error is reported on a line of standard error: for a person, or as JSON. */
export function faultLine(code: FaultCode, detail: FaultDetail, json: boolean | undefined): string {
  return json === true ? jsonLine({ ok: false, code, detail }) : `parley: ${faultText(code, detail)}`;
}

/** One line about an error: its code, what it means, where, and the particulars. */
export function faultText(code: FaultCode, detail: FaultDetail): string {
  const particulars = detailText(detail);
  const said = [code, SENTENCES[code] ?? meaningOf(code).replace(/\.$/, ''), particulars];
  return said.filter((part) => part !== '').join(': ');
}

type Particular = string | number | undefined;
/** What is said first, and in this order. */
type Leading = 'file' | 'path' | 'option' | 'reason' | 'line' | 'place' | 'findings';

/** Where something failed, and the particulars; empty if nothing more is known. */
export function detailText(detail: FaultDetail): string {
  const soapFault = soapFaultText(detail);
  if (soapFault !== undefined) return soapFault;
  const { file, path, option, reason, line, place, findings, ...others } = detail as FaultDetail &
    Record<Leading, Particular>;
  // Of a file that somebody wrote, where in it is what there is to say.
  const isIn = file !== undefined && place !== undefined;
  const rest = findings === undefined || findings === 1 ? others : { ...others, findings };
  const parts = [
    isIn && line !== undefined ? `${file}:${line}` : (file ?? path),
    isIn && place !== '/' && place !== '' ? place : undefined,
    !isIn && line !== undefined ? `line ${line}` : undefined,
    option === undefined || isIn ? undefined : `option ${option}`,
    typeof reason === 'string' ? systemReason(reason) : reason,
    ...Object.entries(rest).map(([name, value]) => `${name} ${particular(name, value)}`),
  ];
  return parts.flatMap((part) => (part === undefined ? [] : [printable(String(part))])).join(': ');
}

/** No span of time that is told of is so long. */
const INSTANT_LEAST_MS = 1e11;
/** That of a year with four digits; what never ends has a later one. */
const INSTANT_MAX_MS = Date.UTC(9999, 11, 31);

/** A particular by its name: an instant as such, all else as it is. */
export function particular(name: string, value: unknown): unknown {
  const isInstant = name.endsWith('Ms') && Number.isInteger(value) && Number(value) >= INSTANT_LEAST_MS;
  return isInstant && Number(value) <= INSTANT_MAX_MS ? formatInstant(Number(value)) : value;
}
