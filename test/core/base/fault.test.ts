import {
  actorOf,
  FAULT_CODES,
  Fault,
  type FaultCode,
  isFaultCode,
  isTransient,
  meaningOf,
  retryOf,
  soapFaultOf,
} from '@parley/core';
import { failedReply, withPeersFaultsAsData } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';

describe('codes', () => {
  test('each names whose fault it is', () => {
    expect(new Set(FAULT_CODES).size).toBe(FAULT_CODES.length);
    for (const code of FAULT_CODES) expect(code).toMatch(/^(peer|caller|internal)\.[a-z]+(-[a-z]+)*$/);
  });

  test.each(['', 'peer.', 'peer.unknown', 'toString', '__proto__', 'constructor'])('%j is none', (text) => {
    expect(isFaultCode(text)).toBe(false);
  });

  test('those listed are codes', () => {
    expect(FAULT_CODES.every(isFaultCode)).toBe(true);
  });
});

describe('soapFaultOf', () => {
  test('only the caller’s own mistakes, what came from the peer or did not come, and what is no message yet, are never sent', () => {
    const unsent = FAULT_CODES.filter((code) => soapFaultOf(code) === undefined);
    const expected = FAULT_CODES.filter((code) =>
      /^(caller\.|peer\.soap-fault$|peer\.sequence-silent$|peer\.http-)/.test(code),
    );
    expect(unsent).toEqual(expected);
  });

  test('what is the peer’s fault is never called ours, and the other way round', () => {
    for (const code of FAULT_CODES) {
      const sent = soapFaultOf(code);
      if (sent === undefined) continue;
      expect(sent.code === 'Receiver', code).toBe(code.startsWith('internal.'));
    }
  });

  test.each<[FaultCode, object]>([
    ['peer.xml-malformed', { code: 'Sender' }],
    ['peer.soap-version-mismatch', { code: 'VersionMismatch' }],
    ['peer.must-understand', { code: 'MustUnderstand' }],
    ['peer.bad-context', { code: 'Sender', subcode: 'wsc:BadContextToken' }],
    ['peer.context-expired', { code: 'Sender', subcode: 'wsc:BadContextToken' }],
    ['peer.unable-to-renew', { code: 'Sender', subcode: 'wsc:UnableToRenew' }],
    ['peer.authentication-failed', { code: 'Sender', subcode: 'wsse:FailedAuthentication' }],
    ['peer.trust-invalid-request', { code: 'Sender', subcode: 'wst:InvalidRequest' }],
    ['peer.trust-request-failed', { code: 'Sender', subcode: 'wst:RequestFailed' }],
    ['internal.busy', { code: 'Receiver' }],
  ])('%s', (code, expected) => {
    expect(soapFaultOf(code)).toEqual(expected);
  });

  test('a forger learns nothing from the answer: all of cryptography is one fault', () => {
    const codes: FaultCode[] = [
      'peer.signature-invalid',
      'peer.digest-mismatch',
      'peer.decrypt-failed',
      'peer.coverage-missing',
      'peer.key-usage',
      'peer.encoding-invalid',
    ];
    for (const code of codes) {
      expect(soapFaultOf(code)).toEqual({ code: 'Sender', subcode: 'wsse:InvalidSecurity' });
    }
  });
});

describe('failedReply', () => {
  test('carries the code and the detail of a Fault', () => {
    const fault = new Fault('peer.limit-depth', { depth: 129 });
    expect(failedReply(fault)).toEqual({ ok: false, code: 'peer.limit-depth', detail: { depth: 129 } });
    expect(fault.message).toContain('129');
  });

  test.each([[new TypeError('boom')], ['boom'], [undefined], [null]])('anything else is our bug: %s', (thrown) => {
    expect(failedReply(thrown)).toMatchObject({ ok: false, code: 'internal.invariant' });
  });

  test('crosses threads unchanged', () => {
    const reply = failedReply(new Fault('peer.replay', { identifier: 'urn:uuid:1' }));
    expect(structuredClone(reply)).toEqual(reply);
  });
});

describe('what to do about a code', () => {
  test.each(FAULT_CODES)('%s has a sentence, somebody who acts and an answer about retries', (code) => {
    expect(meaningOf(code)).toMatch(/^\S.*\.$/);
    expect(['sender', 'program', 'operator', 'parley']).toContain(actorOf(code));
    expect(['never', 'later', 'new-message', 'new-context']).toContain(retryOf(code));
    expect(isTransient(code)).toBe(retryOf(code) === 'later');
  });

  test.each<[FaultCode, boolean]>([
    ['internal.busy', true],
    ['internal.store-unavailable', true],
    ['peer.timestamp-future', true],
    ['peer.timestamp-expired', false],
    ['peer.replay', false],
    ['peer.signature-invalid', false],
    ['caller.option-invalid', false],
    ['internal.invariant', false],
  ])('%s is transient: %j', (code, expected) => {
    expect(isTransient(code)).toBe(expected);
  });
});

describe('a cause', () => {
  const cause = new Error('ldap down');

  test('is kept, for the log of this process', () => {
    const fault = new Fault('internal.store-unavailable', {}, cause);
    expect(fault.cause).toBe(cause);
    expect(failedReply(fault).cause).toBe(cause);
    expect(failedReply(cause).cause).toBe(cause);
  });

  test('goes nowhere by itself', () => {
    const reply = failedReply(new Fault('internal.store-unavailable', { operation: 'get' }, cause));
    for (const copy of [structuredClone(reply), { ...reply }, JSON.parse(JSON.stringify(reply))])
      expect(copy).not.toHaveProperty('cause');
  });

  test('is not kept of what a peer did', () => {
    expect(failedReply(new Fault('peer.decrypt-failed', {}, cause))).not.toHaveProperty('cause');
  });
});

describe('where a fault was found', () => {
  const framesOf = (code: FaultCode): number => new Fault(code).stack!.split('\n    at ').length - 1;

  test("is told, but for a peer's that becomes data", () => {
    for (const code of FAULT_CODES) {
      expect(framesOf(code), code).toBeGreaterThan(0);
      const frames = withPeersFaultsAsData(() => framesOf(code));
      if (code.startsWith('peer.')) expect(frames, code).toBe(0);
      else expect(frames, code).toBeGreaterThan(0);
    }
  });

  test('is told again behind what answers with data, however that ends', () => {
    const { stackTraceLimit } = Error;
    const refused = (): never => {
      throw new Fault('peer.xml-malformed');
    };
    expect(() => withPeersFaultsAsData(refused)).toThrow(Fault);
    withPeersFaultsAsData(() => {
      expect(() => withPeersFaultsAsData(refused)).toThrow(Fault);
      expect(framesOf('peer.xml-malformed')).toBe(0);
    });
    expect(framesOf('peer.xml-malformed')).toBeGreaterThan(0);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});
