// What `seal` writes is what the specifications' schemas describe, whatever it is asked for.
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import type { SealRequest } from '@parley/engine';
import { seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  SOAP11,
  SOAP12,
  SUITES_ONE_OF_EACH_CIPHER,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../support/sample.ts';

const schemas = wsSchemas('messages');
const OPTIONS = {
  keys: ['explicit', 'implied', 'direct'],
  token: ['attached', 'external'],
  encrypt: ['none', 'body', 'body-and-signature'],
  order: ['sign-then-encrypt', 'encrypt-then-sign'],
} as const satisfies Partial<Record<keyof SealRequest, readonly unknown[]>>;

function combinations(): Partial<SealRequest>[] {
  return OPTIONS.keys.flatMap((keys) =>
    OPTIONS.token.flatMap((token) =>
      OPTIONS.encrypt.flatMap((encrypt) => OPTIONS.order.map((order) => ({ keys, token, encrypt, order }))),
    ),
  );
}

describe.runIf(loadLibxml().available).each(['200512', '200502'] as const)('generation %s', (version) => {
  test.each([SOAP11, SOAP12])('every combination of options, %s', (soap) => {
    let written = 0;
    for (const options of combinations()) {
      const request = sampleRequest({ context: sampleContext({ version }), ...options });
      const reply = seal(sampleEnvelope(undefined, soap), request);
      if (!reply.ok) {
        // Options that exclude each other.
        expect(reply.code, JSON.stringify(options)).toBe('caller.option-invalid');
        continue;
      }
      written++;
      expect(validate(reply.value.octets, schemas), JSON.stringify(options)).toEqual([]);
    }
    expect(written).toBeGreaterThanOrEqual(20);
  });

  test.each(SUITES_ONE_OF_EACH_CIPHER)('suite %s', (suite) => {
    const message = sealed(
      sampleEnvelope(),
      sampleRequest({ context: sampleContext({ version, suite }), encrypt: 'body' }),
    );
    expect(validate(message, schemas)).toEqual([]);
  });

  test('a renewed key, named by its instance', () => {
    const context = sampleContext({ version });
    const [first] = context.keys;
    const keys = [first!, { ...first!, instance: 'urn:uuid:instance', secret: sampleSecret(9) }];
    for (const token of OPTIONS.token) {
      const request = sampleRequest({ context: { ...context, keys }, token, encrypt: 'body' });
      expect(validate(sealed(sampleEnvelope(), request), schemas), token).toEqual([]);
    }
  });

  test('the schema would see an element out of place', () => {
    const request = sampleRequest({ context: sampleContext({ version }), encrypt: 'body' });
    const message = new TextDecoder().decode(sealed(sampleEnvelope(), request));
    for (const [from, to] of [
      [/<(\w+):Nonce>/, '<$1:Nonce Wrong="">'],
      [/<(\w+):CipherData>/, '<$1:CipherData/><$1:CipherData>'],
      [/<(\w+):Created>/, '<$1:Created Wrong="">'],
    ] as const) {
      expect(message).toMatch(from);
      expect(validate(new TextEncoder().encode(message.replace(from, to)), schemas), String(from)).not.toEqual([]);
    }
  });
});
