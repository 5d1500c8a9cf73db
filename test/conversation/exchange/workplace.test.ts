import { expect, test } from 'vitest';
import { Workplace } from '../../../packages/conversation/src/exchange/workplace.ts';

const octets = (lengthBytes: number): Uint8Array => new Uint8Array(lengthBytes).fill(7);

test('a workplace is one workspace from message to message, and nothing of a message is left in it', () => {
  const place = new Workplace();
  const first = place.use((workspace) => {
    workspace.plain.write(octets(100), 0, 100);
    workspace.written.write(octets(100), 0, 100);
    return workspace;
  });
  expect([...first.plain.bytes, ...first.written.bytes].every((octet) => octet === 0)).toBe(true);
  expect(() =>
    place.use((workspace) => {
      workspace.sink.write(octets(9), 0, 9);
      throw new Error('it failed');
    }),
  ).toThrow('it failed');
  expect([...first.sink.bytes].every((octet) => octet === 0)).toBe(true);
  expect(place.use((workspace) => workspace)).toBe(first);
});

test('who comes back while it is in use gets another one', () => {
  const place = new Workplace();
  place.use((outer) => {
    place.use((inner) => {
      expect(inner).not.toBe(outer);
    });
  });
});

test('what a large message took is given back', () => {
  const place = new Workplace();
  const large = place.use((workspace) => {
    workspace.plain.write(octets(2_000_000), 0, 2_000_000);
    return workspace;
  });
  expect(place.use((workspace) => workspace)).not.toBe(large);
});
