/** T05: one Id twice is taken in one place only: a copy of the token, as what the request of the Body renews or cancels. */
import { policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { answerTo, fieldCases, messageOf } from '../support/field-case.ts';
import { replaced, text } from '../support/sample.ts';

const RENEWAL = fieldCases().find(({ name }) => name === 'liberty-renew-tls')!;
const message = messageOf(RENEWAL);
const [, copy = ''] = /<wst:RenewTarget>(.*)<\/wst:RenewTarget>/.exec(text(message)) ?? [];
const targetOf = (content: string) => content.replace(/<(\/?)(\w+):RenewTarget/g, '<$1$2:CancelTarget');

/** The Body is not signed over TLS, so it can be anything. */
function changed(change: (content: string) => string): Readonly<Record<string, unknown>> {
  const [, head = '', body = '', tail = ''] =
    /^([\s\S]*?<\w+:Body[^>]*>)([\s\S]*)(<\/\w+:Body>[\s\S]*)$/.exec(text(message)) ?? [];
  const after = `${head}${change(body)}${tail}`;
  return answerTo(RENEWAL, new TextEncoder().encode(after));
}

test('the message has such a copy', () => {
  expect(copy).toContain('Identifier');
  expect(answerTo(RENEWAL)).toMatchObject({ user: 'alice', signed: ['timestamp'] });
});

test('in CancelTarget too, and written in other words', () => {
  expect(changed(targetOf)).toMatchObject({ user: 'alice' });
  const spelt = copy.replace(/ ((?:\w+:)?Id)="([^"]*)"/, " $1 = '$2' ");
  expect(spelt).not.toBe(copy);
  expect(changed((body) => body.replace(copy, spelt))).toMatchObject({ user: 'alice' });
});

describe('T05: an Id twice is refused', () => {
  const REFUSED: readonly (readonly [what: string, change: (body: string) => string])[] = [
    ['of a token that says something else', (body) => body.replace(copy, copy.replace('urn:uuid:', 'urn:uuid:0'))],
    [
      'of a token with more in it',
      (body) => body.replace(copy, copy.replace(/<\/(\w+:)?SecurityContextToken>$/, '<x/>$&')),
    ],
    [
      'of the other generation',
      (body) => body.replace(copy, copy.replaceAll(/ws-sx\/ws-secureconversation\/200512/g, 'x')),
    ],
    ['beside something else in the target', (body) => body.replace(copy, `${copy}<x/>`)],
    ['behind something else in the target', (body) => body.replace(copy, `<x/>${copy}`)],
    ['twice in the target', (body) => body.replace(copy, copy + copy)],
    ['one level deeper', (body) => body.replace(copy, `<x>${copy}</x>`)],
    ['in another target', (body) => body.replaceAll('RenewTarget', 'ValidateTarget')],
    ['in a target of another namespace', (body) => body.replaceAll(/<(\/?)\w+:RenewTarget/g, '<$1RenewTarget')],
    ['beside the request', (body) => `${body}<x/>`],
    ['before the request', (body) => `<x/>${body}`],
    ['in a request that is not all of the Body', (body) => `<x>${body}</x>`],
    ['of two requests', (body) => body + body],
    ['as all of the Body', () => copy],
    ['in the request itself', (body) => body.replace(/<\w+:RenewTarget>[\s\S]*<\/\w+:RenewTarget>/, copy)],
  ];

  test.each(REFUSED)('%s', (_what, change) => {
    const body = changed(change);
    expect(body['code']).toBe('peer.id-duplicate');
  });

  test('where the copy is in the header, and the token where it is not used', () => {
    const doubled = replaced(message, '<wsu:Timestamp', `${copy}<wsu:Timestamp`);
    expect(answerTo(RENEWAL, doubled)).toMatchObject({
      code: expect.stringMatching(/^peer\.(id-duplicate|structure-invalid)$/),
    });
  });

  test('by every profile that is not of such a peer', () => {
    for (const name of [
      'strict',
      'wcf-message',
      'wcf-mixed',
      'metro',
      'body-only',
      'timestamp-only',
      'x509',
      'symmetric-x509',
    ] as const)
      expect([name, policyOf(name).allowTokenCopy]).toEqual([name, false]);
  });
});
