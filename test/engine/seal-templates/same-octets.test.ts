// What a template seals is octet for octet what the whole way makes of the same envelope, request, time and chance.
import process from 'node:process';
import type { SecurityContext, SuiteName } from '@parley/core';
import { contextSource } from '@parley/core';
import { open, policyOf, type SealRequest, seal, Workspace } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeNumberOption } from '../../fuzz/src/number-option.ts';
import { NOW_MS, SOAP11, SOAP12, sampleContext, sampleRandom, sampleRequest } from '../support/sample.ts';

const TEXT = fc.oneof(
  fc.constantFrom('', 'a', 'é 日本 💥', ' a ', '&amp;', '&lt;b&gt;', 'tab\tand\nline', '_0', '_1234567890abcdef-2'),
  fc.stringMatching(/^[ -%'-;=?-~]{0,30}$/),
);
/** Those that a template never holds, or that are in the way of one. */
const ODD = fc.constantFrom(
  '&#65;',
  '<![CDATA[a]]>',
  '<!-- a -->',
  '<m:c Id="_1"/>',
  '<m:c a="&apos;"/>',
  '<c xmlns=""/>',
);

interface Contents {
  readonly soap: string;
  readonly action: string;
  readonly messageId: string;
  readonly address: string;
  readonly note: string;
  readonly lines: readonly string[];
  readonly odd: string;
}

const CONTENTS: fc.Arbitrary<Contents> = fc.record({
  soap: fc.constantFrom(SOAP12, SOAP12, SOAP12, SOAP11),
  action: fc.oneof(
    { arbitrary: fc.constantFrom('urn:a', 'urn:b'), weight: 15 },
    fc.constantFrom('', ' ', 'a', '&#32;', 'a&amp;b', 'é', ' urn:a ', '<!-- a -->'),
  ),
  messageId: fc.oneof(
    { arbitrary: fc.uuid().map((uuid) => `urn:uuid:${uuid}`), weight: 15 },
    fc.constantFrom('', 'urn:', 'urn', 'uuid:1', '1:a', '&#32;urn:a', 'urn:a b', 'urn:&amp;', 'urn:é', 'urn:a<b/>'),
  ),
  address: fc.oneof(
    { arbitrary: fc.constantFrom('urn:x', 'urn:y'), weight: 15 },
    fc.constantFrom('', ' ', 'a&amp;b', 'a<!-- b -->', `urn:${'x'.repeat(4092)}`, `urn:${'x'.repeat(4093)}`),
  ),
  note: TEXT.map((text) => text.replaceAll(/["\t\n]/g, '')),
  lines: fc.array(TEXT, { maxLength: 2 }),
  odd: fc.oneof({ arbitrary: fc.constant(''), weight: 15 }, ODD),
});

function envelopeOf({ soap, action, messageId, address, note, lines, odd }: Contents): Uint8Array {
  const content = lines.map((line) => `<m:b>${line}</m:b>`).join('');
  return new TextEncoder().encode(
    `<s:Envelope xmlns:s="${soap}" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action>${action}</a:Action><a:MessageID>${messageId}</a:MessageID><a:ReplyTo><a:Address>${address}</a:Address></a:ReplyTo><a:To>urn:to</a:To><n:Own xmlns:n="urn:n" kind="own">${note}<n:Range Upper="${note}"/></n:Own></s:Header><s:Body><m:a xmlns:m="urn:m" note="${note}">${content}${odd}</m:a></s:Body></s:Envelope>`,
  );
}

const SAMPLE = {
  soap: SOAP12,
  action: 'urn:a',
  messageId: 'urn:uuid:1',
  address: 'http://www.w3.org/2005/08/addressing/anonymous',
};

const COUNT = wholeNumberOption('PARLEY_TEMPLATES', process.env['PARLEY_TEMPLATES']);
const SEED = wholeNumberOption('PARLEY_TEMPLATES_SEED', process.env['PARLEY_TEMPLATES_SEED']);

const SUITES: readonly SuiteName[] = ['Basic256', 'Basic128Sha256', 'Basic256GCMSha256'];

const FORM = fc.record({
  suite: fc.constantFrom(...SUITES),
  keys: fc.constantFrom('explicit' as const, 'explicit' as const, 'implied' as const, 'direct' as const),
  token: fc.constantFrom('attached' as const, 'external' as const),
  encrypt: fc.constantFrom('none' as const, 'body' as const, 'body-and-signature' as const),
  order: fc.constantFrom('sign-then-encrypt' as const, 'sign-then-encrypt' as const, 'encrypt-then-sign' as const),
  layout: fc.constantFrom('strict' as const, 'lax' as const, 'lax-timestamp-last' as const),
  sign: fc.record({ body: fc.constant(true), addressing: fc.boolean(), timestamp: fc.constant(true) }),
  idPrefix: fc.constantFrom(undefined, 'x', 'long-enough-'),
});
type Form = typeof FORM extends fc.Arbitrary<infer Value> ? Value : never;

/** Another request of that form: another time, chance, and beginning of Ids. */
function requestOf({ suite, idPrefix, ...form }: Form, turn: number, workspace: Workspace): SealRequest {
  const encrypt = form.keys === 'direct' ? 'none' : form.encrypt;
  return sampleRequest({
    ...structuredClone(form),
    encrypt,
    context: contextOf(suite),
    atMs: NOW_MS + turn * 1001,
    fillRandom: sampleRandom(turn + 1),
    ...(idPrefix === undefined ? {} : { idPrefix: idPrefix.length > 8 ? `${idPrefix}${1000 + turn}` : idPrefix }),
    workspace,
  });
}

const contexts = new Map<SuiteName, SecurityContext>();
function contextOf(suite: SuiteName): SecurityContext {
  const context = contexts.get(suite) ?? sampleContext({ suite });
  contexts.set(suite, context);
  return context;
}

describe('the octets are those of the whole way', () => {
  test('T112: of envelopes and requests of all forms, in any order', () => {
    const workspace = new Workspace();
    const whole = new Workspace({ templatesMax: 0 });
    const messages = fc.array(fc.tuple(CONTENTS, fc.nat({ max: 500 })), { minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(FORM, messages, (form, turns) => {
        for (const [contents, turn] of turns) {
          const envelope = envelopeOf(contents);
          const said = seal(envelope, requestOf(form, turn, workspace));
          expect(said).toEqual(seal(envelope, requestOf(form, turn, whole)));
        }
      }),
      { numRuns: COUNT === undefined ? 30 : Math.ceil(COUNT / 1000), ...(SEED === undefined ? {} : { seed: SEED }) },
    );
    expect(workspace.templates.sealed).toBeGreaterThan(0);
    expect(whole.templates).toEqual({ opened: 0, sealed: 0, learned: 0 });
  }, 7_200_000);

  test.each<[string, Partial<SealRequest>]>([
    ['signed', {}],
    ['signed by a derivation that the reference implies', { keys: 'implied' }],
    ['signed with the secret itself', { keys: 'direct', token: 'external' }],
    ['encrypted', { encrypt: 'body' }],
    ['encrypted with its signature', { encrypt: 'body-and-signature' }],
    ['with another beginning of Ids each', { idPrefix: '_00000000-', encrypt: 'body-and-signature' }],
  ])('the third message %s is by a template, and opens by one', (_, changes) => {
    const workspace = new Workspace();
    const opening = { atMs: NOW_MS, policy: policyOf(), workspace: new Workspace() };
    for (let turn = 0; turn < 5; turn++) {
      const context = sampleContext();
      const idPrefix = changes.idPrefix === undefined ? {} : { idPrefix: `_${10_000_000 + turn}-` };
      const request = sampleRequest({
        context,
        ...changes,
        ...idPrefix,
        fillRandom: sampleRandom(turn + 1),
        workspace,
      });
      const reply = seal(envelopeOf({ ...SAMPLE, note: `${turn}`, lines: [`${turn}`], odd: '' }), request);
      if (!reply.ok) throw new Error(reply.code);
      const opened = open(reply.value.octets, { ...opening, contexts: contextSource([context]) });
      expect(opened).toMatchObject({ ok: true, value: { signatureValues: reply.value.signatureValues } });
    }
    expect(workspace.templates).toEqual({ opened: 0, sealed: 3, learned: 1 });
    expect(opening.workspace.templates.opened).toBe(3);
  });

  test('a Body of any structure is known after the fourth', () => {
    const workspace = new Workspace();
    const whole = new Workspace({ templatesMax: 0 });
    for (let turn = 0; turn < 10; turn++) {
      const lines = Array.from({ length: turn }, (_, line) => `${line}`);
      const envelope = envelopeOf({ ...SAMPLE, note: 'n', lines, odd: '' });
      const request = (into: Workspace) =>
        sampleRequest({ encrypt: 'body', fillRandom: sampleRandom(turn), workspace: into });
      expect(seal(envelope, request(workspace))).toEqual(seal(envelope, request(whole)));
    }
    expect(workspace.templates).toEqual({ opened: 0, sealed: 6, learned: 1 });
  });
});

describe('T112: what would be refused is', () => {
  const envelope = envelopeOf({ ...SAMPLE, note: 'n', lines: ['1'], odd: '' });

  function warmed(): { readonly workspace: Workspace; readonly request: SealRequest } {
    const workspace = new Workspace();
    const request = sampleRequest({ context: sampleContext(), workspace });
    for (let time = 0; time < 3; time++) expect(seal(envelope, request).ok).toBe(true);
    expect(workspace.templates.sealed).toBe(1);
    return { workspace, request };
  }

  test.each<[string, (request: SealRequest) => unknown]>([
    ['an instant that is none', (request) => ({ ...request, atMs: Number.NaN })],
    ['an end beyond all time', (request) => ({ ...request, atMs: 253_402_300_799_999 })],
    ['chance that is no function', (request) => ({ ...request, fillRandom: 'chance' })],
    ['a beginning of Ids that is none', (request) => ({ ...request, idPrefix: 'a b c d e f g' })],
    ['no context', (request) => ({ ...request, context: null })],
    ['a context that is cancelled', (request) => ({ ...request, context: { ...request.context, cancelledAtMs: 1 } })],
    ['a context that has expired', (request) => ({ ...request, context: { ...request.context, expiresAtMs: 1 } })],
    [
      'a context of which something is wrong',
      (request) => ({ ...request, context: { ...request.context, createdAtMs: 'x' } }),
    ],
    ['an unknown option', (request) => ({ ...request, colour: 'red' })],
    ['what is to be signed as a text', (request) => ({ ...request, sign: 'all' })],
    ['an Id of a token that is no text', (request) => ({ ...request, tokenId: 7 })],
  ])('%s', (_, change) => {
    const { request } = warmed();
    const changed = change(request) as SealRequest;
    const whole = { ...changed, workspace: new Workspace({ templatesMax: 0 }) };
    const said = seal(envelope, changed);
    expect(said.ok).toBe(false);
    expect(said).toEqual(seal(envelope, whole));
  });

  test('chance that fails fails alike, and is asked as often', () => {
    const { request } = warmed();
    const counts = [request.workspace!, new Workspace({ templatesMax: 0 })].map((workspace) => {
      let count = 0;
      const fillRandom = (): void => {
        count++;
        throw new Error('no chance');
      };
      return [seal(envelope, { ...request, fillRandom, workspace }).ok, count];
    });
    expect(counts[0]).toEqual(counts[1]);
  });

  test('another key of the context is another form', () => {
    const { workspace, request } = warmed();
    const [first] = request.context.keys;
    const context = { ...request.context, keys: [first!, { ...first!, instance: 'urn:second' }] };
    const whole = new Workspace({ templatesMax: 0 });
    for (let time = 0; time < 4; time++)
      expect(seal(envelope, { ...request, context, fillRandom: sampleRandom(time), workspace })).toEqual(
        seal(envelope, { ...request, context, fillRandom: sampleRandom(time), workspace: whole }),
      );
  });
});
