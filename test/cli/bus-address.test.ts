import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { busAddress, onlyHostOf } from '../../packages/cli/src/relay/bus-address.ts';
import { addressOf } from '../../packages/cli/src/relay/given-address.ts';
import { inletOf, outletOf } from '../../packages/cli/src/relay/schemes.ts';
import { temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const NO_WAIT = { waitMaxMs: undefined, tell: async (): Promise<void> => undefined };

const name = fc.string({ minLength: 1, unit: 'grapheme' });

test('an address gives back the user, password and path that were written into it', () => {
  fc.assert(
    fc.property(name, name, name, fc.boolean(), (user, password, path, isColonPlain) => {
      const written = encodeURIComponent(password);
      const shown = isColonPlain ? written.replaceAll('%3A', ':') : written;
      const text = `amqp://${encodeURIComponent(user)}:${shown}@h:1/${encodeURIComponent(path)}`;
      expect(busAddress(text, 'from')).toMatchObject({ user, password, path: [path] });
    }),
  );
});

test.each([
  ['h', 'h', undefined],
  ['h.example:5672', 'h.example', 5672],
  ['127.0.0.1:65535', '127.0.0.1', 65_535],
  ['[::1]', '::1', undefined],
  ['[2001:db8::7]:5671', '2001:db8::7', 5671],
])('the host of %s', (text, host, port) => {
  expect(onlyHostOf(busAddress(`amqp://u:p@${text}/q`, 'to'), 'to')).toEqual({ host, port });
});

test.each(['', ':1', 'h:', 'h:0', 'h:65536', 'h:x', '::1', '[::1', 'h,', 'u@a@h', 'h h', '[::1]x'])(
  'no host: %j',
  (text) => {
    expect(() => busAddress(`amqp://${text}/q`, 'to')).toThrow('caller.option-invalid');
  },
);

test.each([
  ['TLS that is neither', 'nats://u:hidden@h/S/c?tls=yes', 'true, false'],
  ['TLS that is neither', 'kafka://u:hidden@h/t?tls=1', 'true, false'],
  ['TLS that is neither', 'amqp://u:hidden@h/q?tls=', 'true, false'],
  ['TLS that is neither', 'rabbitmq://u:hidden@h/q?tls=TRUE', 'true, false'],
  ['several hosts', 'amqp://u:hidden@h,i/q', 'several hosts'],
  ['several hosts', 'rabbitmq://u:hidden@h,i/q', 'several hosts'],
  ['a password beside a file', 'amqp://u:hidden@h/q?password-file=f', 'has no password'],
  ['a password without a user', 'kafka://h/q?password-file=hidden', 'goes with a user'],
  ['a password with a slash', 'amqp://u:hid/hidden@h/q', 'scheme://host:port/name'],
])('%s is refused, and nothing secret said: %s', async (_, text, wanted) => {
  const from = { text, option: '--from', folder: '.' };
  const to = { text: text.replace('/S/c', '/s'), option: '--to', folder: '.' };
  for (const refused of [inletOf(from, NO_WAIT), outletOf(to, NO_WAIT)]) {
    const fault: unknown = await refused.catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'caller.option-invalid' });
    expect(String(fault)).toContain(wanted);
    expect(String(fault)).not.toContain('hidden');
  }
});

test('the password of an address may be in a file, which is named from where the address was written', async () => {
  const folder = directory.path;
  writeFileSync(directory.join('pw'), 'p@ss/wörd \n');
  const address = await addressOf({ text: 'nats://u@h/s?tls=true&password-file=pw', option: 'to', folder });
  expect(address).toMatchObject({ user: 'u', password: 'p@ss/wörd ', settings: { tls: 'true' } });
  const missing = addressOf({ text: 'nats://u@h/s?password-file=nowhere', option: 'to', folder });
  await expect(missing).rejects.toMatchObject({ code: 'caller.input-unreadable' });
});
