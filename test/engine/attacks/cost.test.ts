// What a message costs that comes from somebody without a key, against a valid one of its size. By CPU time of this process,
// the least of several runs after warming up: what other processes do does not show, and a loop too many does by factors. The bound
// is two, which all the attacks hold on a quiet machine; anywhere else, what compilers and caches do must not decide.
import { readdirSync, readFileSync } from 'node:fs';
import { contextSource, type SecurityContext } from '@parley/core';
import { open, type Policy, policyOf, seal, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { MALFORMATIONS, malformed } from '../../codec/support/malformations.ts';
import { contextsOf } from '../../vector-runner/src/context-file.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { EXTENT } from './extent.ts';
import { asPayload, FLOODS, flooded } from './floods.ts';

const TIMES_A_VALID_ONE_MAX = EXTENT === 'all' ? 2 : 5;
const RUNS = 3;
const WARM_UP_MS = 150;
/** CPU milliseconds that a run takes at least: a short one is not counted, but repeated more often. */
const RUN_MS = 3;
/** CPU milliseconds of measuring one thing, after which it is not measured again. */
const RUNS_MS = 100;

// As Node has it: the long stacks that a test runner asks for make every refusal dear.
Error.stackTraceLimit = 10;

// What is like a message that was opened before costs a fraction; what is compared here goes the whole way on both sides.
const workspace = new Workspace({ templatesMax: 0 });
const VECTORS = new URL('../../vectors/', import.meta.url);

/** CPU milliseconds of one `open`: the least of several runs, or the first that takes less than `enoughMs`. */
function costMs(message: Uint8Array, policy: Policy, contexts: readonly SecurityContext[], enoughMs = 0): number {
  const request = { atMs: NOW_MS, policy, contexts: contextSource(contexts), workspace };
  const run = (): void => void open(message, request);
  const least = enoughMs > 0 ? leastMs(run, enoughMs) : Number.POSITIVE_INFINITY;
  if (least < enoughMs) return least;
  // Until its code is compiled, a message costs what compiling does, on threads of this process, too.
  const warmUntil = process.cpuUsage().user + WARM_UP_MS * 1000;
  while (process.cpuUsage().user < warmUntil) run();
  return Math.min(least, leastMs(run, enoughMs));
}

function leastMs(run: () => void, enoughMs: number): number {
  let repeats = 1;
  let least = Number.POSITIVE_INFINITY;
  let spentMs = 0;
  for (let runs = 0; runs < RUNS && spentMs < RUNS_MS && least >= enoughMs; ) {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) run();
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    spentMs += ms;
    if (ms < RUN_MS) repeats *= 2;
    else {
      least = Math.min(least, ms / repeats);
      runs++;
    }
  }
  return least;
}

const costs = new Map<string, number>();

/** What `costs` has under that name, measured when it is first asked for. */
function known(name: string, measure: () => number): number {
  const ms = costs.get(name) ?? measure();
  costs.set(name, ms);
  return ms;
}

/** Items of which a Body may be full, and which cost the most to read: small elements, and elements of many attributes. */
const DEAR_ITEMS: readonly string[] = [
  '<i a="1" b="2"/>',
  `<a ${Array.from({ length: 250 }, (_, at) => `a${at}=""`).join(' ')}/>`,
];

/** What the dearest valid message of about that many octets costs. */
function costOfValidMs(sizeBytes: number, encrypt: 'none' | 'body'): number {
  return known(`${sizeBytes} ${encrypt}`, () =>
    Math.max(...DEAR_ITEMS.map((item) => costOfItemsMs(item, sizeBytes, encrypt))),
  );
}

function costOfItemsMs(item: string, sizeBytes: number, encrypt: 'none' | 'body'): number {
  const sealedWith = (count: number): Uint8Array =>
    sealed(sampleEnvelope(`<m>${item.repeat(count)}</m>`), sampleRequest({ encrypt }));
  const rest = sizeBytes - sealedWith(0).length;
  const octetsAnItem = item.length * (encrypt === 'body' ? 4 / 3 : 1);
  return costMs(sealedWith(Math.max(0, Math.floor(rest / octetsAnItem))), policyOf(), [sampleContext()]);
}

// What reading costs is decided by how many elements, attributes, references and names an octet makes, in a valid message, too: a
// megabyte of text costs a tenth of what one of small elements does. So a flood is held against the valid message of its
// sender's own making: the very same octets as the payload of a message with a key. Of what is refused there is none; that is
// held against the dearest that there is.
describe('T28 T32 T33 T35: 1 MB of a sender without a key costs no multiple of what a valid message does, full of', () => {
  const contexts = [sampleContext()];

  test.each(Object.keys(FLOODS))('%s', { retry: 2 }, (name) => {
    const flood = FLOODS[name]!();
    const message = flooded(flood);
    const mostMs = TIMES_A_VALID_ONE_MAX * (costOfTwinMs(asPayload(flood)) ?? costOfValidMs(1_000_000, 'none'));
    for (const [how, octets, profile] of [
      ['strict', message, 'strict'],
      ['saml', message, 'saml'],
      ['malformed at its very end', misspelt(message), 'strict'],
    ] as const) {
      const policy = policyOf(profile);
      const reply = open(octets, { atMs: NOW_MS, policy, contexts: contextSource(contexts), workspace });
      expect(reply.ok ? 'opened' : reply.code, how).toMatch(/^peer\./);
      expect(costMs(octets, policy, contexts, mostMs), how).toBeLessThan(mostMs);
    }
  });
});

/** What a valid message with that in its Body costs; `undefined` where it is refused. */
function costOfTwinMs(payload: string): number | undefined {
  const made = seal(sampleEnvelope(payload), sampleRequest({ encrypt: 'none' }));
  if (!made.ok) return undefined;
  const { octets } = made.value;
  const contexts = [sampleContext()];
  const reply = open(octets, { atMs: NOW_MS, policy: policyOf(), contexts: contextSource(contexts), workspace });
  return reply.ok ? costMs(octets, policyOf(), contexts) : undefined;
}

/** The end tag of the root is another's. */
function misspelt(message: Uint8Array): Uint8Array {
  const octets = Uint8Array.from(message);
  octets[octets.length - 2] = 0x78;
  return octets;
}

// Whatever is wrong at its very end: refusing it begins where the reading of all that comes before ends.
describe.each([5_000, 20_000, 900_000])(
  'T32: malformed behind %i octets, a message costs no multiple of what it does without',
  (sizeBytes) => {
    const contexts = [sampleContext()];
    const policy = policyOf();
    test.each(Object.entries(MALFORMATIONS))('by %s', { retry: 2 }, (_, wrong) => {
      const message = malformed(order(sizeBytes), wrong, 2);
      const reply = open(message, { atMs: NOW_MS, policy, contexts: contextSource(contexts), workspace });
      expect(reply.ok ? 'opened' : reply.code).toMatch(/^peer\.(?:xml|limit|structure)-/);
      const twinBytes = sizeBytes + wrong.length - (wrong.length % 1024);
      const validMs = known(`order of ${twinBytes}`, () => costMs(order(twinBytes), policy, contexts));
      const mostMs = TIMES_A_VALID_ONE_MAX * validMs;
      expect(costMs(message, policy, contexts, mostMs)).toBeLessThan(mostMs);
    });
  },
);

/** A valid message with a payload of about that many octets. */
function order(sizeBytes: number): Uint8Array {
  const item = '<m:item id="1"><m:name>What is ordered</m:name><m:price currency="EUR">17.00</m:price></m:item>';
  const items = item.repeat(Math.ceil(sizeBytes / item.length));
  return sealed(sampleEnvelope(`<m:order xmlns:m="urn:m">${items}</m:order>`), sampleRequest());
}

describe('T32: a message made to do harm costs no multiple of what a valid one of its size does', () => {
  const contexts = contextsOf(JSON.parse(readFileSync(new URL('wssc-adversarial/contexts.json', VECTORS), 'utf8')));
  const files = readdirSync(new URL('wssc-adversarial/', VECTORS)).filter((file) => file.endsWith('.xml'));

  test.each([...files, 'slow-messages.json'])('%s', { retry: 2 }, (file) => {
    const message = harmful(file);
    const encrypt = text(message).includes('EncryptedData') ? 'body' : 'none';
    const stepBytes = 2 ** Math.max(10, Math.floor(Math.log2(message.length)) - 2);
    const validMs = costOfValidMs(message.length - (message.length % stepBytes), encrypt);
    const mostMs = TIMES_A_VALID_ONE_MAX * validMs;
    expect(costMs(message, policyOf(), contexts, mostMs)).toBeLessThan(mostMs);
  });
});

/** A vector, or what the fuzzer found to take the longest. */
function harmful(file: string): Uint8Array {
  if (file.endsWith('.xml')) return new Uint8Array(readFileSync(new URL(`wssc-adversarial/${file}`, VECTORS)));
  const { input } = JSON.parse(readFileSync(new URL(`fuzz/${file}`, VECTORS), 'utf8')) as { readonly input: string };
  return new Uint8Array(Buffer.from(input, 'base64'));
}
