import { FAULT_CODES, meaningOf } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { parley } from './run-parley.ts';

describe('parley explain', () => {
  test('a code: what it means, who mends it, whether to try again, what a peer is told', async () => {
    expect(await parley(['explain', 'peer.replay'])).toEqual({
      status: 0,
      stderr: '',
      stdout: `peer.replay
  The message was seen before.
  who can mend it:  the sender of the message
  trying again:     helps with a new message of the same content
  the peer is told: soap:Sender, wsse:InvalidSecurity
`,
    });
  });

  test('without a code, every one there is', async () => {
    const { stdout } = await parley(['explain', '--json']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { code: string; meaning: string });
    expect(rows.map(({ code }) => code)).toEqual([...FAULT_CODES]);
    expect(rows.map(({ meaning }) => meaning)).toEqual(FAULT_CODES.map(meaningOf));
  });

  test('codes that begin alike', async () => {
    const { stdout } = await parley(['explain', 'caller.store']);
    expect(stdout.match(/^caller\.store/gm)?.length).toBeGreaterThan(2);
    expect(stdout).not.toMatch(/^(peer|internal)\./m);
  });

  test.each([
    ['peer.digets', 'peer.digest-mismatch'],
    ['digest-mismach', 'peer.digest-mismatch'],
    ['peer.limit-tokns', 'peer.limit-tokens'],
    ['internal.busi', 'internal.busy'],
    ['caller.option.invalid', 'caller.option-invalid'],
    ['confirmaton', 'peer.confirmation-mismatch'],
    ['caller.stroe', 'caller.store-missing'],
  ])('%s is none, and has a nearest', async (text, nearest) => {
    const { status, stderr } = await parley(['explain', text]);
    expect(status).toBe(2);
    expect(stderr).toContain(`there is no code ${text}; did you mean ${nearest}?`);
  });

  test.each(['nosuch', '\u001b[31m', ''.padEnd(5000, 'x')])('%j is none', async (text) => {
    const { status, stdout, stderr } = await parley(['explain', text]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^parley: caller\.option-invalid: .* there is no code/);
    expect(stderr).not.toContain('\u001b');
  });
});
