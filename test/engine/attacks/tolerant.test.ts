// What profile `tolerant` takes of Ids lets nobody say anything else: the signed Body moved, cloned, and its Id doubled, in
// every way in which an Id can be written.

import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { type FieldCase, messageOf, requestOf } from '../support/field-case.ts';
import { Outcomes } from './outcomes.ts';

const BASES = ['unqualified-id-body', 'two-ids-on-one-element', 'comment-between-headers', 'transforms-missing'];

/** Ids of the forged Body; the signed one has `B`. */
const FORGED_IDS = [
  'wsu:Id="B"',
  'Id="B"',
  'ID="B"',
  'id="B"',
  'xml:id="B"',
  'wsu:Id="B" Id="B"',
  'wsu:Id="other" Id="B"',
  'wsu:Id="B" Id="body1"',
  'Id="&#66;"',
  'Id="other"',
  '',
];
const OPTIONAL = ['<x:Optional xmlns:x="urn:x">', '</x:Optional>'] as const;

/** Where the signed Body goes, as the text before and behind which it is put, and what it is put in. */
const PLACES: readonly (readonly [before: string, open: string, close: string])[] = [
  ['</s:Header>', ...OPTIONAL],
  ['</s:Header>', '', ''],
  ['<wsse:Security', ...OPTIONAL],
  ['</wsse:Security>', '', ''],
  ['</wsse:Security>', ...OPTIONAL],
  ['</ds:Signature>', '<ds:Object>', '</ds:Object>'],
  ['</ds:KeyInfo>', '', ''],
  ['</s:Body>', '', ''],
  ['</s:Body>', ...OPTIONAL],
  ['</s:Envelope>', '', ''],
  ['<s:Header>', '', ''],
];

const caseOf = (name: string): FieldCase => ({ name, about: '', profile: 'tolerant', expected: {} });
const replyFor = (text: string) => open(new TextEncoder().encode(text), requestOf(caseOf('tolerant')));

test.each(BASES)('T01 T02 T03 T04: the Body of %s moved, cloned, with its Id doubled', (name) => {
  const base = new TextDecoder().decode(messageOf(caseOf(name)));
  expect(replyFor(base)).toMatchObject({ ok: true });
  const body = base.slice(base.indexOf('<s:Body'), base.indexOf('</s:Envelope>'));
  const outcomes = new Outcomes();
  for (const id of FORGED_IDS) {
    const forged = `<s:Body ${id}><t:Echo xmlns:t="urn:t">forged</t:Echo></s:Body>`;
    const withForgery = base.replace(body, forged);
    for (const [before, open, close] of PLACES) {
      const message = withForgery.replace(before, () => `${open}${body}${close}${before}`);
      outcomes.add(replyFor(message), [], () => `${id}, ${open}${before}`);
    }
    outcomes.add(replyFor(withForgery), [], () => `${id}, gone`);
    // Beside the signed one, which stays where it is.
    for (const [before, open, close] of PLACES.filter(([place]) => place !== '</s:Body>')) {
      const message = base.replace(
        before,
        () => `${open}${forged.replace('s:Body', 'x:B xmlns:x="urn:x"').replace('/s:Body', '/x:B')}${close}${before}`,
      );
      const reply = replyFor(message);
      if (reply.ok) expect(new TextDecoder().decode(reply.value.body)).not.toContain('forged');
      if (/Id="(?:B|&#66;)"/.test(id)) expect(reply).toMatchObject({ ok: false });
    }
  }
  expect(outcomes.count('unharmed')).toBe(0);
  expect(outcomes.count('peer.xml-malformed')).toBe(0);
  expect(outcomes.count('peer.id-duplicate')).toBeGreaterThan(outcomes.total / 3);
});

test('T10: a comment inside a value is refused, wherever others are taken', () => {
  const base = new TextDecoder().decode(messageOf(caseOf('comment-between-headers')));
  const values = [
    'wsc:Identifier',
    'wsc:Length',
    'wsc:Nonce',
    'wsu:Created',
    'ds:DigestValue',
    'ds:SignatureValue',
    'wsa:Action',
  ];
  for (const name of values) {
    const split = base.replace(new RegExp(`(<${name}[^>]*>.)`), '$1<!-- -->');
    expect(split, name).not.toBe(base);
    expect(replyFor(split), name).toMatchObject({ ok: false });
  }
  const between = base.replaceAll(/(<\/(?:wsu|wsc|ds|wsa|wsse):\w+>|<s:Header>)/g, '$1<!-- -->');
  expect(replyFor(between)).toMatchObject({ ok: true });
});
