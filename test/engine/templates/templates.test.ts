// What templates keep, for whom, and what they cost at most.
import { isDeepStrictEqual } from 'node:util';
import { contextSource, type SecurityContext } from '@parley/core';
import { type OpenRequest, open, type Policy, policyOf, type SealRequest, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { moduleMatcher } from '../../../packages/codec/src/hot/template/template-module.ts';
import { TemplateShelf } from '../../../packages/engine/src/templates/template-shelf.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRandom, sampleRequest, sealed, text } from '../support/sample.ts';
import { takenApart } from './forged.ts';

const POLICY = policyOf();

let seed = 1;
function message(content = '<m:a xmlns:m="urn:m">1</m:a>', changes: Partial<SealRequest> = {}): Uint8Array {
  return sealed(sampleEnvelope(content), sampleRequest({ fillRandom: sampleRandom(seed++), ...changes }));
}

function requestWith(
  workspace: Workspace,
  policy: Policy = POLICY,
  contexts: readonly SecurityContext[] = [sampleContext()],
): OpenRequest {
  return { atMs: NOW_MS, policy, contexts: contextSource(contexts), workspace };
}

function warmed(policy: Policy = POLICY): Workspace {
  const workspace = new Workspace();
  for (let time = 0; time < 2; time++) open(message(), requestWith(workspace, policy));
  expect(workspace.templates).toEqual({ opened: 0, learned: 1, sealed: 0 });
  return workspace;
}

test('the second message of a shape makes a template, and the third is opened by it, as the whole way would', () => {
  const workspace = warmed();
  const third = message('<m:a xmlns:m="urn:m">tëxt &amp; more</m:a>');
  const known = open(third, requestWith(workspace));
  expect(workspace.templates).toEqual({ opened: 1, learned: 1, sealed: 0 });
  expect(known).toEqual(open(third, requestWith(new Workspace({ templatesMax: 0 }))));
});

test.each(['none', 'body'] as const)('a Body of any structure is known by its start tag, encrypted: %s', (encrypt) => {
  const context = sampleContext({ suite: 'Basic256GCMSha256' });
  const workspace = new Workspace();
  const whole = new Workspace({ templatesMax: 0 });
  const opened = Array.from({ length: 12 }, (_, count) => {
    const content = `<m:a xmlns:m="urn:m" n="${count}">${`<m:b c="${count}">é &amp; ${count}</m:b>`.repeat(count)}</m:a>`;
    const octets = message(content, { context, encrypt });
    const before = workspace.templates.opened;
    const request = requestWith(workspace, POLICY, [context]);
    expect(open(octets, request)).toEqual(open(octets, { ...request, workspace: whole }));
    return workspace.templates.opened - before;
  });
  expect(opened).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
});

describe('T97: what is known decrypted is taken for nothing else', () => {
  const context = sampleContext({ suite: 'Basic256GCMSha256' });
  const hidden = (content?: string): Uint8Array => message(content, { context, encrypt: 'body' });
  const isKnown = (octets: Uint8Array, workspace: Workspace, policy?: Policy): boolean => {
    const before = workspace.templates.opened;
    const request = requestWith(workspace, policy, [context]);
    expect(open(octets, request)).toEqual(open(octets, { ...request, workspace: new Workspace({ templatesMax: 0 }) }));
    return workspace.templates.opened > before;
  };

  test.each([undefined, policyOf('strict', { requireEncryptedBody: true })])('the same in clear, %#', (policy) => {
    const workspace = new Workspace();
    const octets = hidden();
    expect([0, 1, 2].map(() => isKnown(octets, workspace, policy))).toEqual([false, false, true]);
    const { plain } = takenApart(octets, requestWith(workspace, policy, [context]));
    expect(isKnown(plain, workspace, policy)).toBe(false);
    expect(isKnown(hidden('<m:a xmlns:m="urn:m">2</m:a>'), workspace, policy)).toBe(true);
    expect(isKnown(hidden('<m:b xmlns:m="urn:m">2</m:b>'), workspace, policy)).toBe(false);
  });

  test('with any octet of it changed', () => {
    const workspace = new Workspace();
    for (let time = 0; time < 3; time++) isKnown(hidden(), workspace);
    const octets = hidden();
    for (let at = 0; at < octets.length; at += 3) {
      const changed = octets.slice();
      changed[at] = changed[at]! ^ 1;
      isKnown(changed, workspace);
    }
    // Some are good, because nobody signed what was changed, and known by now as others are.
    expect([0, 1, 2].map(() => isKnown(octets, workspace)).at(-1)).toBe(true);
  });
});

test('what it lends is in the workspace, and what it gives is the own of whoever asked', () => {
  const workspace = warmed();
  const given = open(message(), requestWith(workspace));
  const lent = open(message(), { ...requestWith(workspace), borrow: true });
  if (!given.ok || !lent.ok) throw new Error('refused');
  expect(lent.value.body.buffer).toBe(workspace.sink.bytes.buffer);
  expect(given.value.body.buffer.byteLength).toBeLessThan(16_384);
  expect(workspace.templates.opened).toBe(2);
});

test.each([-1, 1.5, 4097, Number.NaN])('templatesMax %s is no number of templates', (templatesMax) => {
  expect(() => new Workspace({ templatesMax })).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
});

test('without templates, and without a workspace, all goes the whole way', () => {
  const workspace = new Workspace({ templatesMax: 0 });
  for (let time = 0; time < 4; time++) expect(open(message(), requestWith(workspace)).ok).toBe(true);
  expect(workspace.templates).toEqual({ opened: 0, learned: 0, sealed: 0 });
});

test('T93: what one policy accepted is new to another', () => {
  const workspace = warmed(policyOf('strict', { requiredHeaders: [] }));
  const strict = policyOf('strict', { requiredHeaders: ['RelatesTo'] });
  const reply = open(message(), requestWith(workspace, strict));
  expect(reply).toMatchObject({ ok: false, code: 'peer.coverage-missing' });
  expect(workspace.templates.opened).toBe(0);
});

describe('T94: what is judged of every message is judged of one that is known again', () => {
  const stale = sampleContext({ keys: [{ ...sampleContext().keys[0]!, expiresAtMs: NOW_MS }] });
  const other = sampleContext({ keys: [{ ...sampleContext().keys[0]!, secret: sampleContext({}).keys[0]!.secret }] });
  test.each<readonly [string, Uint8Array, Partial<OpenRequest>, string]>([
    ['too old', message(), { atMs: NOW_MS + 86_400_000 }, 'peer.context-expired'],
    ['of tomorrow', message(undefined, { atMs: NOW_MS + 3_000_000 }), {}, 'peer.timestamp-future'],
    ['in no context', message(), { contexts: contextSource([]) }, 'peer.bad-context'],
    ['in one that is over', message(), { contexts: contextSource([stale]) }, 'peer.context-expired'],
    [
      'in one that is cancelled',
      message(),
      { contexts: contextSource([sampleContext({ cancelledAtMs: NOW_MS - 1 })]) },
      'peer.bad-context',
    ],
    ['for another action', message(), { soapAction: 'urn:other' }, 'peer.action-mismatch'],
    ['seen before', message(), { replays: { insertIfAbsent: () => false } }, 'peer.replay'],
    ['by no clock', message(), { atMs: Number.NaN }, 'caller.option-invalid'],
  ])('a message %s', (_, octets, changes, code) => {
    const workspace = warmed();
    expect(open(octets, { ...requestWith(workspace), ...changes })).toMatchObject({ ok: false, code });
    expect(open(octets, requestWith(workspace, POLICY, [other])).ok).toBe(code !== 'peer.timestamp-future');
  });

  test('one octet of it changed, anywhere', () => {
    const workspace = warmed();
    const octets = message();
    const full = requestWith(new Workspace({ templatesMax: 0 }));
    for (let at = 0; at < octets.length; at++) {
      const changed = octets.slice();
      changed[at] = changed[at]! ^ 1;
      expect(isDeepStrictEqual(open(changed, requestWith(workspace)), open(changed, full)), `octet ${at}`).toBe(true);
    }
  });

  test.each([
    { messageBytesMax: 100 },
    { canonicalFactorMax: 0 },
    { identifierBytesMax: 20 },
    { attributeValueBytesMax: 120 },
  ])('the limits %j', (limits) => {
    // Long enough, all together, that the slack of canonical forms is used up.
    const big = (letter: string): Uint8Array => message(`<m:a xmlns:m="urn:m" v="v">${letter.repeat(70_000)}</m:a>`);
    const long = (letter: string): Uint8Array =>
      message(`<m:a xmlns:m="urn:m" v="${letter.repeat(130)}">${letter.repeat(70_000)}</m:a>`);
    const lax = new Workspace();
    const policy = policyOf('strict', { limits: { ...limits, messageBytesMax: limits.messageBytesMax ?? 1_000_000 } });
    for (let time = 0; time < 3; time++) open(message('<m:a xmlns:m="urn:m" v="v">a</m:a>'), requestWith(lax, policy));
    for (const octets of [big('a'), long('b')]) {
      const full = open(octets, requestWith(new Workspace({ templatesMax: 0 }), policy));
      expect(open(octets, requestWith(lax, policy))).toEqual(full);
    }
    expect(open(long('c'), requestWith(lax, policy)).ok).toBe(false);
  });
});

describe('T95: shapes that never come again cost little, and keep no room', () => {
  const template = (print: number) => ({ print });
  const shelfOf = (templatesMax: number) => new TemplateShelf<{ readonly print: number }>(templatesMax);
  const printsOf = (print: number) => () => Int32Array.of(print, -1);
  const isFound = (shelf: TemplateShelf<{ readonly print: number }>, wanted: number): boolean =>
    shelf.find(({ print }) => print === wanted, printsOf(wanted)) !== undefined;

  test('a shape that was seen once has no template', () => {
    const shelf = shelfOf(4);
    expect(shelf.isDue(1, 2)).toBe(false);
    expect(shelf.isDue(1, 2)).toBe(true);
  });

  test('no more are kept than there may be, those used last', () => {
    const shelf = shelfOf(2);
    for (const print of [1, 2, 3]) shelf.keep(template(print));
    expect(isFound(shelf, 1)).toBe(false);
    expect(isFound(shelf, 2)).toBe(true);
    shelf.keep(template(4));
    expect([2, 3, 4].map((print) => isFound(shelf, print))).toEqual([true, false, true]);
  });

  test('of those with one print, as many are kept as are tried', () => {
    const shelf = shelfOf(64);
    const alike = Array.from({ length: 9 }, () => template(7));
    for (const one of alike) shelf.keep(one);
    const found = alike.filter((one) => shelf.find((other) => other === one, printsOf(7)) !== undefined);
    expect(found).toEqual(alike.slice(5));
  });

  test('whoever finds none makes fewer and fewer, and tries one', () => {
    const shelf = shelfOf(64);
    let made = 0;
    let tried = 0;
    for (let count = 0; count < 10_000; count++) {
      shelf.find(() => {
        tried++;
        return false;
      }, printsOf(-1));
      // One shape by its number, and another one each time.
      if (!shelf.isDue(7, 2)) continue;
      made++;
      shelf.keep(template(count));
    }
    expect(made).toBeLessThan(64 + 10_000 / 900);
    expect(tried).toBeLessThan(11_000);
  });

  test.each([
    [10, 1, 1],
    [64, 1, 1],
    // As many as there is room for are found; the others do not drive them out.
    [100, 0.6, 0.65],
  ])('of %s shapes in strict turn, a share of %s is found', (shapes, least, most) => {
    const shelf = shelfOf(64);
    const round = (): number => {
      let found = 0;
      for (let shape = 0; shape < shapes; shape++) {
        if (isFound(shelf, shape)) found++;
        else if (shelf.isDue(shape, 2)) shelf.keep(template(shape));
      }
      return found / shapes;
    };
    for (let time = 0; time < 20; time++) round();
    const share = round();
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  });
});

test('messages of ten kinds of Body in strict turn are known again, encrypted or not', () => {
  for (const encrypt of ['none', 'body'] as const) {
    const workspace = new Workspace();
    const content = (kind: number): string => `<m:a xmlns:m="urn:m">${'<m:b>1</m:b>'.repeat(kind)}<m:c>2</m:c></m:a>`;
    const kinds = Array.from({ length: 10 }, (_, kind) => content(kind));
    const round = (): number => {
      const before = workspace.templates.opened;
      for (const one of kinds) expect(open(message(one, { encrypt }), requestWith(workspace)).ok).toBe(true);
      return workspace.templates.opened - before;
    };
    expect([0, 1, 2].map(round).at(-1)).toBe(10);
  }
});

test('T96: a template keeps nothing that a Body says', () => {
  const workspace = new Workspace();
  const memory = Buffer.from(moduleMatcher!.out.buffer);
  const content = '<m:a xmlns:m="urn:m" n="attribute-4711">mixed-4711<m:b>text-4711</m:b>tail-4711</m:a>';
  for (let time = 0; time < 3; time++) expect(open(message(content), requestWith(workspace)).ok).toBe(true);
  expect(workspace.templates.opened).toBe(1);
  expect(text(message(content))).toContain('4711');
  expect(memory.includes('4711')).toBe(false);
});
