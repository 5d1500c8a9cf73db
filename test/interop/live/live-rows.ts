/** What came of one endpoint of a peer in one direction, and whether that is what it should be. */
import { isWithoutContext } from './endpoints.ts';
import type { KnownOutcome } from './known/known-outcome.ts';
import { KNOWN_OUTCOMES } from './known/known-outcomes.ts';
import type { Steps } from './live-peer.ts';
import { hasContext } from './wcf-case.ts';

/** `to-peer`: Parley calls the peer's server; `from-peer`: the peer's client calls Parley. */
export type Direction = 'to-peer' | 'from-peer';

/** One step of a session. */
export interface LiveStep {
  readonly name: string;
  /** `ok`, or what went otherwise. */
  readonly outcome: string;
}

export interface LiveRow {
  readonly peer: string;
  readonly direction: Direction;
  readonly endpoint: string;
  readonly steps: readonly LiveStep[];
}

/** A step that is known to go otherwise. */
export interface KnownStep extends LiveStep {
  readonly entry: KnownOutcome;
}

/** What is wrong with a row, and what of it is known already. */
export interface Judgement {
  readonly complaints: readonly string[];
  readonly known: readonly KnownStep[];
  /** Steps that a row without complaints ends before. */
  readonly unreached: readonly string[];
}

const TO_PEER = ['issue', 'call1', 'call2', 'renew', 'call after renew', 'cancel', 'call with cancelled'];
const WITHOUT_CONTEXT = ['call1', 'call2', 'end'];
const FROM_CXF = ['issue+call1', 'call2', 'renew+call', 'renewed', 'call after renew', 'call+cancel', 'cancel'];

/** The steps of the session that a peer's client holds. */
function sessionOf({ peer, direction, endpoint }: LiveRow): readonly string[] {
  const isContextless = peer === 'wcf' ? !hasContext(endpoint) : isWithoutContext(endpoint);
  if (direction === 'to-peer') return isContextless ? WITHOUT_CONTEXT : TO_PEER;
  if (peer === 'wcf') return ['all', 'received'];
  if (peer === 'metro') {
    const renewal = endpoint.includes('-renew-') ? ['call after expiry', 'call again'] : [];
    return ['call1', 'call2', ...renewal, 'close'];
  }
  return peer === 'rampart' ? ['call1', 'call2', 'cancel', 'call after cancel'] : [...FROM_CXF, 'call with cancelled'];
}

/** What a step of a peer's client has to come to, where it is not `ok`. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  renewed: /^same identifier$/,
  // Liberty says what its client does with the token; whether the context is over, the next step shows.
  cancel: /^(ok|token (gone|still there))$/,
  // A refusal, that is.
  'call with cancelled': /^FAULT/,
};

/** Rampart's echo prints the answer to its Cancel; afterwards its client of 2005/02 gets another context, that of 200512 does not. */
const EXPECTED_OF_RAMPART: Readonly<Record<string, RegExp>> = {
  cancel: /^ANSWER $/,
  'call after cancel': /^(ok$|AxisFault: Missing wsse:Security header)/,
};

/** WCF's client says only whether all went well: its calls are three echos and a sum. */
function receivedFromWcf(endpoint: string): RegExp {
  if (!hasContext(endpoint)) return /^sequence( sequence){6,}$/;
  // A cookie ends with its time.
  if (endpoint.includes('cookie')) return /^issued message message message message$/;
  // It asks for a sequence, sends its calls in that, and ends it; what it acknowledges on its own is as many messages as it likes.
  if (/,rm\b/.test(endpoint)) return /^issued( sequence){7,} cancelled$/;
  return endpoint.includes('renew')
    ? /^issued message(?=.* renewed)( renewed)*( message( renewed)*){3} cancelled$/
    : /^issued message message message message cancelled$/;
}

function isExpected({ direction, peer, endpoint }: LiveRow, { name, outcome }: LiveStep): boolean {
  const table = peer === 'rampart' ? EXPECTED_OF_RAMPART : EXPECTED;
  const expected =
    name === 'received' ? receivedFromWcf(endpoint) : direction === 'from-peer' ? table[name] : undefined;
  return (expected ?? /^ok$/).test(outcome);
}

/** Compares a row with what should be, and with the closed table of what is known not to. */
export function judge(row: LiveRow): Judgement {
  const complaints: string[] = [];
  const known: KnownStep[] = [];
  for (const step of row.steps) {
    const entries = knownOf(row).filter(
      ({ endpoint, steps }) => endpoint.test(row.endpoint) && steps.includes(step.name),
    );
    const entry = entries.find(({ outcome }) => outcome.test(step.outcome));
    if (entry !== undefined) known.push({ ...step, entry });
    if (isExpected(row, step)) {
      for (const { reason } of entries) complaints.push(`${step.name}: no longer needed: ${reason}`);
    } else if (entry === undefined) complaints.push(`${step.name}: ${step.outcome}`);
  }
  const unreached = sessionOf(row).filter((name) => !row.steps.some((step) => step.name === name));
  if (known.length === 0) for (const name of unreached) complaints.push(`${name}: not reached`);
  return { complaints, known, unreached };
}

/** What is known of a peer in a direction. */
export function knownOf({ peer, direction }: Pick<LiveRow, 'peer' | 'direction'>): readonly KnownOutcome[] {
  return (KNOWN_OUTCOMES[peer] ?? []).filter((entry) => entry.direction === direction);
}

/** Reads `name: outcome` of each step; how long a session took is not one. */
export function stepsOf(steps: Steps): readonly LiveStep[] {
  return steps.filter((step) => !/^\d+ ms$/.test(step)).map((step) => stepOf(step));
}

/** CXF's client goes on after a Renew or Cancel that failed, and only logs it. */
const LOGGED = /^(RENEW|CANCEL) (FAILED .*)$/;

function stepOf(step: string): LiveStep {
  const logged = LOGGED.exec(step);
  if (logged !== null) return { name: logged[1]!.toLowerCase(), outcome: logged[2]! };
  const at = step.indexOf(': ');
  return at < 0 ? { name: step, outcome: '' } : { name: step.slice(0, at), outcome: step.slice(at + 2) };
}
