// A relay whose bus is not there says for whom it waits, and ends when it has waited long enough.
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { freePort } from '../interop/bus/free-port.mjs';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();

test.concurrent.each([
  ['nats', 'STREAM/consumer', 'subject'],
  ['kafka', 'in', 'out'],
  ['rabbitmq', 'in', 'out'],
  ['amqp', 'in', 'out'],
])('%s: not there', { timeout: 120_000 }, async (scheme, from, to) => {
  const keys = directory.join('keys.json');
  writeFileSync(keys, '{"contexts":[]}');
  const config = directory.join(`${scheme}.json`);
  const host = `127.0.0.1:${await freePort()}`;
  const at = `${scheme}://somebody:hidden@${host}`;
  const addresses = { from: `${at}/${from}`, to: `${at}/${to}`, deadLetters: `${at}/dead` };
  writeFileSync(config, JSON.stringify({ ...addresses, keys, do: 'open', workers: 0 }));
  const { status, stderr } = await parley(['relay', '--config', config, '--wait', '3']);
  expect(status).toBe(2);
  const [first, ...rest] = stderr.trim().split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({ event: 'waiting', option: 'from', for: `${scheme}://${host}` });
  expect(rest.at(-1)).toMatch(/^parley: internal\.bus-unavailable: .*ECONNREFUSED: nobody listens there/);
  expect(stderr).not.toContain('hidden');
});

test.each([['0'], ['1.5'], ['soon']])('--wait %s is refused', async (seconds) => {
  const { status, stderr } = await parley(['relay', '--wait', seconds]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^parley: caller\.option-invalid: .*--wait/);
});
