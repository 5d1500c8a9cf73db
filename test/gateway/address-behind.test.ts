/** Whose request it is, where proxies stand before the gateway. */
import type { IncomingMessage } from 'node:http';
import { readConfiguration } from '@parley/gateway';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBehind } from '../../packages/gateway/src/gateway/address-behind.ts';
import { ingress } from './gateway-fixture.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', '2001:db8:1::/48', '::1'];
const of = (remoteAddress: string | undefined, forwarded?: string): string | undefined =>
  addressBehind(PROXIES)({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

test.each([
  ['nobody between', '198.51.100.7', undefined, '198.51.100.7'],
  ['who is no proxy of ours is believed nothing', '198.51.100.7', '203.0.113.5', '198.51.100.7'],
  ['one proxy', '10.1.2.3', '203.0.113.5', '203.0.113.5'],
  ['as a socket of IPv6 writes it', '::ffff:10.1.2.3', '203.0.113.5', '203.0.113.5'],
  ['with an interface', '::1%lo', '203.0.113.5', '203.0.113.5'],
  ['two of ours, one behind the other', '10.1.2.3', '203.0.113.5, 192.0.2.1', '203.0.113.5'],
  ['what the client wrote before', '10.1.2.3', '1.2.3.4, 10.9.9.9, 203.0.113.5', '203.0.113.5'],
  ['IPv6, with a port', '2001:db8:1::5', '[2001:db8:9::7]:4711', '2001:db8:9::7'],
  ['IPv4, with a port', '10.1.2.3', '203.0.113.5:4711', '203.0.113.5'],
  ['what is no address', '10.1.2.3', '203.0.113.5, unknown', '10.1.2.3'],
  ['nothing', '10.1.2.3', '', '10.1.2.3'],
  ['ours alone', '10.1.2.3', '10.0.0.1', '10.0.0.1'],
  ['a socket that is gone', undefined, '203.0.113.5', undefined],
])('%s', (_, remoteAddress, forwarded, expected) => {
  expect(of(remoteAddress, forwarded)).toBe(expected);
});

test('property: whatever a client writes, it is the address that a proxy of ours saw', () => {
  fc.assert(
    fc.property(fc.string(), fc.ipV4(), (written, client) => {
      fc.pre(!client.startsWith('10.') && client !== '192.0.2.1');
      expect(of('10.0.0.9', `${written}, ${client}`)).toBe(client);
      expect(of(client, written)).toBe(client);
    }),
  );
});

test.each(['10.0.0.0/33', 'proxy.example', '10.0.0/8', '::1/129', '::1/', '1.2.3.4/8/8'])(
  '%s is no network',
  (proxy) => {
    const yaml = ingress('http://127.0.0.1:9/plain', `proxies: ["${proxy}"]`);
    expect(() => readConfiguration(yaml, 'gateway.yaml')).toThrow(/no network/);
    expect(() => addressBehind([proxy])).toThrow('caller.option-invalid');
  },
);
