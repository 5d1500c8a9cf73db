/**
 * Every way to fail. The prefix says whose fault it is: `peer.` the message or its sender, `caller.` the program
 * that called us, `internal.` us or our machinery. Codes are API: added, never renamed or removed. A code is a row of the
 * table of its prefix.
 */

import { CALLER_FAULTS } from './caller-faults.ts';
import { got } from './got.ts';
import { INTERNAL_FAULTS } from './internal-faults.ts';
import { nearestName } from './nearest-name.ts';
import { PEER_FAULTS } from './peer-faults.ts';
import { restoreStackDepth, stackDepthFor } from './stack-depth.ts';

/** What a code looks like to the peer: a SOAP code and, for most, a subcode (SOAP 1.1: the faultcode itself). */
export interface SoapFault {
  readonly code: 'Sender' | 'Receiver' | 'VersionMismatch' | 'MustUnderstand';
  /** A QName (WSS 1.1 §12, WS-Trust 1.4 §11, WS-SecureConversation 1.4 §9, WS-ReliableMessaging 1.2 §4); `wst`, `wsc` and `wsrm` are those of the message's version. */
  readonly subcode?: Subcode;
}

type Subcode = `${'wsse' | 'wsc' | 'wst' | 'wsa' | 'wsrm'}:${string}`;

/** One of the closed set of stable codes. */
export type FaultCode = keyof typeof PEER_FAULTS | keyof typeof CALLER_FAULTS | keyof typeof INTERNAL_FAULTS;

/**
 * Who can do something about it: the `sender` of the message, the author of the `program` that called us, its `operator`
 * (files, rights, capacity), or `parley` itself, so that it is to be reported.
 */
export type FaultActor = 'sender' | 'program' | 'operator' | 'parley';

/**
 * Whether trying again can help: `never` as things are; `later` with the same octets; with a `new-message` of the same
 * content; or in a `new-context`, established or renewed.
 */
export type FaultRetry = 'never' | 'later' | 'new-message' | 'new-context';

interface FaultRow {
  readonly soap: SoapFault | undefined;
  readonly actor: FaultActor;
  readonly retry: FaultRetry;
  readonly meaning: string;
}

/** A SOAP code; a subcode, which goes with `Sender`; or nothing, for what never leaves the process. */
type SoapAnswer = SoapFault['code'] | Subcode | 'unsent';
type Remedy = readonly [meaning: string, retry?: FaultRetry, actor?: FaultActor];

// Tuples in the tables and objects here: only literals may give an exported type under isolatedDeclarations.
const PEER: Readonly<Record<string, readonly [SoapAnswer, ...Remedy]>> = PEER_FAULTS;
const CALLER: Readonly<Record<string, Remedy>> = CALLER_FAULTS;
const INTERNAL: Readonly<Record<string, Remedy>> = INTERNAL_FAULTS;

const FAULTS: ReadonlyMap<string, FaultRow> = new Map([
  ...rowsOf(PEER, ([answer, ...remedy]) => faultRow('sender', answer, remedy)),
  ...rowsOf(CALLER, (remedy) => faultRow('program', 'unsent', remedy)),
  ...rowsOf(INTERNAL, (remedy) => faultRow('operator', 'Receiver', remedy)),
]);

/** Ids, offsets, counts and names; never key octets, plaintext or whole messages. */
export type FaultDetail = Readonly<Record<string, string | number>>;

/** All codes, in table order. */
export const FAULT_CODES: readonly FaultCode[] = [...FAULTS.keys()] as FaultCode[];

/** What `code` becomes on the wire, or `undefined` when it never leaves the process. @throws Fault `caller.option-invalid` it is no code */
export function soapFaultOf(code: FaultCode): SoapFault | undefined {
  return rowOf(code).soap;
}

/** Whether `text` is one of our codes. */
export function isFaultCode(text: string): text is FaultCode {
  return FAULTS.has(text);
}

/** What `code` says, in a sentence. @throws Fault `caller.option-invalid` it is no code */
export function meaningOf(code: FaultCode): string {
  return rowOf(code).meaning;
}

/** Who can do something about `code`. @throws Fault `caller.option-invalid` it is no code */
export function actorOf(code: FaultCode): FaultActor {
  return rowOf(code).actor;
}

/** Whether trying again can help, and how. @throws Fault `caller.option-invalid` it is no code */
export function retryOf(code: FaultCode): FaultRetry {
  return rowOf(code).retry;
}

/**
 * Whether the same octets may be taken another time: what a message bus should deliver again, and nothing else.
 * @throws Fault `caller.option-invalid` it is no code
 */
export function isTransient(code: FaultCode): boolean {
  return retryOf(code) === 'later';
}

/** What Parley throws inside a package; public entries of `engine` and above return it as data. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly detail: FaultDetail;

  /** `cause` is what was caught, for the log of this process; a `peer.` code has none. */
  constructor(code: FaultCode, detail: FaultDetail = {}, cause?: unknown) {
    const message = describe(code, detail);
    const stackDepth = stackDepthFor(code);
    super(message, cause === undefined || code.startsWith('peer.') ? undefined : { cause });
    restoreStackDepth(stackDepth);
    this.code = code;
    this.detail = detail;
  }
}

/** A result that crosses a boundary: a value, or a code with its detail. Plain data, safe between threads. */
export type Reply<T> = { readonly ok: true; readonly value: T } | FailedReply;

/** The failing half of {@link Reply}. */
export interface FailedReply {
  readonly ok: false;
  readonly code: FaultCode;
  readonly detail: FaultDetail;
  /**
   * What was caught, of a `caller.` or `internal.` code: for the log of this process. It is not enumerable, so that no copy,
   * JSON or comparison has it; from a worker it comes as an `Error` of the same name and message.
   */
  readonly cause?: unknown;
}

/** Turns what was thrown into data. Anything that is not a {@link Fault} is our bug and says so. */
export function failedReply(error: unknown): FailedReply {
  if (error instanceof Fault) return withCause({ ok: false, code: error.code, detail: error.detail }, error.cause);
  const reason = error instanceof Error ? error.message : String(error);
  return withCause({ ok: false, code: 'internal.invariant', detail: { reason } }, error);
}

/** `reply`, with its cause where it has one. */
export function withCause(reply: FailedReply, cause: unknown): FailedReply {
  if (cause !== undefined) Object.defineProperty(reply, 'cause', { value: cause });
  return reply;
}

function rowOf(code: FaultCode): FaultRow {
  const row = FAULTS.get(code);
  if (row !== undefined) return row;
  const nearest = typeof code === 'string' ? nearestName(code, FAULT_CODES) : undefined;
  throw new Fault('caller.option-invalid', {
    option: 'code',
    got: got(code),
    ...(nearest !== undefined && { nearest }),
  });
}

function rowsOf<Tuple>(
  table: Readonly<Record<string, Tuple>>,
  rowFor: (tuple: Tuple) => FaultRow,
): readonly (readonly [string, FaultRow])[] {
  return Object.entries(table).map(([code, tuple]) => [code, rowFor(tuple)]);
}

function faultRow(actor: FaultActor, answer: SoapAnswer, [meaning, retry, exception]: Remedy): FaultRow {
  return { soap: soapFaultFor(answer), actor: exception ?? actor, retry: retry ?? 'never', meaning };
}

function soapFaultFor(answer: SoapAnswer): SoapFault | undefined {
  if (answer === 'unsent') return undefined;
  return Object.freeze(isSubcode(answer) ? { code: 'Sender', subcode: answer } : { code: answer });
}

function isSubcode(answer: SoapFault['code'] | Subcode): answer is Subcode {
  return answer.includes(':');
}

function describe(code: FaultCode, detail: FaultDetail): string {
  const parts = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? code : `${code} (${parts.join(', ')})`;
}
