/** What strangers send where conversations begin: every way to begin, each at a path of its own over one store, each kind of nonsense. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ephemeralKey,
  Initiator,
  type InitiatorOptions,
  MemoryContextStore,
  peerProfile,
  Responder,
  type ResponderOptions,
} from '@parley/conversation';
import { Fault, type SecurityContext } from '@parley/core';
import { type ConnectOptions, connect, HttpResponder, type Refusal } from '@parley/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARTIES, type Parties, session } from '../../conversation/parties.ts';
import { START_MS } from '../../conversation/sample-context.ts';
import { AMBIENT, echo, payload } from '../http-fixture.ts';
import { post, raw } from '../raw.ts';

/** Where a conversation begins. */
interface Beginning {
  readonly name: string;
  readonly parties: Parties;
  readonly server: Partial<ResponderOptions>;
  readonly client: Pick<ConnectOptions, 'negotiation' | 'establish'>;
  /** Whether an issuer tells of a context that it made. */
  readonly isTold?: boolean;
}

const issued = PARTIES.map((parties): Beginning => ({ name: parties.name, parties, server: {}, client: {} }));
const propagated = PARTIES.filter(({ principal }) => principal !== undefined).map(
  (parties): Beginning => ({
    name: `made by the client: ${parties.name}`,
    parties,
    server: { mayCreate: () => true },
    client: { establish: 'propagated' },
  }),
);
const negotiated = PARTIES.filter(({ initiator }) => initiator().protectedBy === 'message').map(
  (parties): Beginning => ({
    name: `negotiated: ${parties.name}`,
    parties,
    server: { negotiation: ephemeralKey },
    client: { negotiation: ephemeralKey },
  }),
);
const told = PARTIES.filter(({ principal }) => principal !== undefined).map(
  (parties): Beginning => ({
    name: `told of by an issuer: ${parties.name}`,
    parties,
    server: { mayTransfer: () => true },
    client: {},
    isTold: true,
  }),
);
const BEGINNINGS: readonly Beginning[] = [...issued, ...propagated, ...negotiated, ...told];

const HOUR_MS = 3_600_000;
const startedAtMs = Date.now();
const ambientAt = (offsetMs: number): InitiatorOptions['ambient'] => ({
  ...AMBIENT,
  nowMs: () => START_MS + offsetMs + Date.now() - startedAtMs,
});
const NOW = ambientAt(2 * HOUR_MS);
const BODY_BYTES_MAX = 200_000;

/** How many contexts came to be. */
class CountedStore extends MemoryContextStore {
  inserted = 0;

  override async insert(...context: Parameters<MemoryContextStore['insert']>): Promise<boolean> {
    this.inserted++;
    return await super.insert(...context);
  }
}

const store = new CountedStore();
const refusals: Refusal[] = [];
let responder: HttpResponder;
let server: http.Server;
let base = '';

/** The Id of a row, which is its path. */
const pathOf = (row: number): string => `/way-${row}`;

beforeAll(async () => {
  const endpoints = BEGINNINGS.map(({ parties, server: more }, row) => [
    pathOf(row),
    {
      service: echo,
      responder: new Responder({ store, ambient: NOW, bootstrap: parties.responder(), profile: PROFILE, ...more }),
    },
  ]);
  responder = new HttpResponder({
    endpoints: Object.fromEntries(endpoints),
    isSecure: () => true,
    clientOf: () => 'CN=alice',
    bodyBytesMax: BODY_BYTES_MAX,
    bodyTimeoutMs: 1500,
    onRefused: (refusal) => refusals.push(refusal),
  });
  server = http.createServer(responder.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const PROFILE = peerProfile('parley');
const NAMES = { version: '200512', soapVersion: '1.2' } as const;

/** The first message of an honest client. */
function firstMessage({ parties, client, isTold }: Beginning, row: number, ambient = NOW, context = another()): string {
  const { negotiation } = client;
  const initiator = new Initiator({
    ...NAMES,
    to: `${base}${pathOf(row)}`,
    ambient,
    bootstrap: parties.initiator(),
    profile: PROFILE,
    negotiation,
  });
  const channel = { secure: true };
  const beginning = client.establish === 'propagated' ? 'requestPropagate' : 'requestIssue';
  const asked = isTold ? initiator.requestTransfer(context, channel) : initiator[beginning](channel);
  if (!asked.ok) throw new Fault(asked.code, asked.detail);
  return new TextDecoder().decode(asked.value.octets);
}

/** A context that an issuer made. */
function another(): SecurityContext {
  return session({ identifier: `urn:uuid:${randomUUID()}`, version: NAMES.version });
}

/** One of its own conversations, whole. */
async function works(beginning: Beginning, row: number): Promise<void> {
  const { parties, client, isTold } = beginning;
  const context = isTold ? another() : undefined;
  if (context !== undefined)
    await raw({ url: base }, post(firstMessage(beginning, row, NOW, context), {}, pathOf(row)));
  const conversation = await connect(`${base}${pathOf(row)}`, {
    ...NAMES,
    ...client,
    bootstrap: parties.initiator(),
    profile: PROFILE,
    ambient: NOW,
    secure: true,
    context,
  });
  const answer = await conversation.call('urn:app/Echo', payload('served'));
  expect(new TextDecoder().decode(answer?.message.body)).toContain('>served<');
  await conversation.cancel();
  await conversation.close();
}

/** What is proven, another: the value of the signature, a password, or what names the session. */
const PROOFS = [
  /(?<=SignatureValue>)[^<]/,
  /(?<=:CipherValue>)[^<]/,
  /(?<=Password Type="[^"]*">)[^<]/,
  /(?<=Identifier>urn:uuid:)./,
];

function forged(message: string): string {
  const proof = PROOFS.find((place) => place.test(message));
  if (proof === undefined) throw new Error('nothing to forge');
  return message.replace(proof, (octet) => (octet === 'A' ? 'B' : 'A'));
}

interface Nonsense {
  readonly status: number | undefined;
  readonly code: RegExp;
  /** `undefined`: this way to begin has nothing of that kind. */
  request(beginning: Beginning, row: number): string | undefined;
  /** Whether the client closes its half. */
  readonly isCut?: boolean;
}

/** What the service waits for: of every way at once. */
const UNFINISHED: Readonly<Record<string, Nonsense>> = {
  slow: {
    status: 408,
    code: /^peer\.http-/,
    request: (beginning, row) => {
      const message = firstMessage(beginning, row);
      const length = String(Buffer.byteLength(message));
      return post('', { 'Content-Length': length }, pathOf(row)) + message.slice(0, message.length / 2);
    },
  },
  cut: {
    status: undefined,
    code: /^peer\.http-/,
    isCut: true,
    request: (beginning, row) => {
      const message = firstMessage(beginning, row);
      const length = String(Buffer.byteLength(message));
      return post('', { 'Content-Length': length }, pathOf(row)) + message.slice(0, message.length / 3);
    },
  },
};

const NONSENSE: Readonly<Record<string, Nonsense>> = {
  'too long': {
    status: 413,
    code: /^peer\.http-body-too-large$/,
    request: (_, row) => post('', { 'Content-Length': String(BODY_BYTES_MAX + 1) }, pathOf(row)),
  },
  'another type': {
    status: 415,
    code: /^peer\.http-content-type$/,
    request: (beginning, row) =>
      post(firstMessage(beginning, row), { 'Content-Type': 'application/json' }, pathOf(row)),
  },
  'no XML': { status: 500, code: /^peer\.xml-/, request: (_, row) => post('\u0000 <', {}, pathOf(row)) },
  'half a message': {
    status: 500,
    code: /^peer\.xml-/,
    request: (beginning, row) => post(firstMessage(beginning, row).slice(0, -20), {}, pathOf(row)),
  },
  'an action that nobody knows': {
    status: 500,
    code: /^peer\./,
    request: (beginning, row) =>
      post(firstMessage(beginning, row).replace(/(Action[^>]*>)[^<]*/, '$1urn:nobody:knows'), {}, pathOf(row)),
  },
  'a wrong key': {
    status: 500,
    code: /^peer\./,
    request: (beginning, row) => {
      // TLS shows who that is, and nothing in the message.
      if (beginning.parties.name === 'a TLS client certificate') return undefined;
      return post(forged(firstMessage(beginning, row)), {}, pathOf(row));
    },
  },
  'an hour old': {
    status: 500,
    code: /^peer\.(timestamp|message)/,
    request: (beginning, row) => post(firstMessage(beginning, row, ambientAt(HOUR_MS)), {}, pathOf(row)),
  },
};

type Row = readonly [name: string, beginning: Beginning, place: number];

const ROWS = BEGINNINGS.map((beginning, place): Row => [beginning.name, beginning, place]);

/** Sends each to each; all of it is refused, by its code, and nothing comes of it. */
async function refused(all: Readonly<Record<string, Nonsense>>, rows: readonly Row[]): Promise<void> {
  refusals.length = 0;
  store.inserted = 0;
  const sent = rows.flatMap(([way, beginning, row]) =>
    Object.entries(all).flatMap(([name, nonsense]) => {
      const message = nonsense.request(beginning, row);
      return message === undefined ? [] : [{ ...nonsense, what: `${name} to ${way}`, path: pathOf(row), message }];
    }),
  );
  await Promise.all(
    sent.map(async ({ message, status, what, isCut = false }) => {
      const answer = await raw({ url: base }, message, isCut);
      if (status !== undefined) expect(answer, what).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer, what).not.toMatch(/peer\.|internal\.|caller\./);
    }),
  );
  await expect.poll(() => refusals.length, { timeout: 5_000 }).toBe(sent.length);
  for (const { path, code, what } of sent) {
    const codes = refusals.filter((refusal) => refusal.path === path).map(({ failure }) => failure.code);
    expect(
      codes.some((each) => code.test(each)),
      `${what}: ${codes}`,
    ).toBe(true);
  }
  expect(store.inserted).toBe(0);
}

describe('T65: nothing of what strangers send is taken, or left behind, where a conversation begins', () => {
  test('by messages that nobody ends', async () => {
    await refused(UNFINISHED, ROWS);
    expect(responder.stats.inWork).toBe(0);
  });

  test.each(ROWS)('by %s', async (...row) => {
    await refused(NONSENSE, [row]);

    // What was taken once is not taken twice.
    const [, beginning, place] = row;
    const message = post(firstMessage(beginning, place), {}, pathOf(place));
    expect(await raw({ url: base }, message)).toMatch(/^HTTP\/1.1 20[02] /);
    expect(await raw({ url: base }, message)).toMatch(/^HTTP\/1.1 500 /);
    await works(beginning, place);
    expect(responder.stats.inWork).toBe(0);
  });

  test('and no socket is left open', async () => {
    const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    await expect.poll(sockets, { timeout: 10_000 }).toBe(0);
  });
});
