// A value is its characters, however they are written (XML 1.0 §4.4): for every text and attribute value of a message, whatever
// it is of. What is signed is signed as a canonical form, which is the same for all spellings.
import { contextSource } from '@parley/core';
import { open } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTEXT, CREDENTIALS, MESSAGE_KINDS, type MessageKind } from '../support/message-kinds.ts';
import { choices, respelt } from '../support/respelt.ts';
import { NOW_MS, text } from '../support/sample.ts';

function opened(message: Uint8Array, { policy, request }: MessageKind) {
  const signatureValuesSent = request.confirm;
  const credentials = CREDENTIALS;
  return open(message, { atMs: NOW_MS, policy, contexts: contextSource([CONTEXT]), credentials, signatureValuesSent });
}

describe('any characters of a message may be written as references', () => {
  test.each(MESSAGE_KINDS)('$name', (kind) => {
    const expected = opened(kind.message, kind);
    expect(expected).toMatchObject({ ok: true });
    fc.assert(
      fc.property(choices, (isChosen) => {
        expect(opened(respelt(kind.message, isChosen), kind)).toEqual(expected);
      }),
      { numRuns: 4, examples: [[() => true]] },
    );
  });

  test('every character was one', () => {
    const respelled = text(respelt(MESSAGE_KINDS[0]!.message, () => true));
    expect(respelled.replace(/<\/?[\w:]+|\/?>|[\w:]+="(&[^;"]*;)*"|&[^;]*;|\s/g, '')).toBe('');
  });
});

describe('T10 markup inside a value is refused, whatever it says', () => {
  const plain = MESSAGE_KINDS.find(({ name }) => name.startsWith('context; none'))!;
  const values = ['Identifier', 'Nonce', 'Offset', 'Length', 'Created', 'Expires', 'Action', 'MessageID', 'To'];
  test.each(values.flatMap((value) => ['<!---->', '<?x?>', '<![CDATA[]]>'].map((markup) => [value, markup] as const)))(
    'in %s: %s',
    (value, markup) => {
      const message = text(plain.message).replace(new RegExp(`(<\\w+:${value}[^>]*>.)`), `$1${markup}`);
      expect(message).not.toBe(text(plain.message));
      const octets = new TextEncoder().encode(message);
      const policy = { ...plain.policy, allowComments: true };
      expect(opened(octets, { ...plain, policy })).toMatchObject({ ok: false });
    },
  );
});
