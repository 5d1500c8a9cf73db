import { connectionFailure, connectionReason } from '@parley/core/internal';
import { expect, test } from 'vitest';

function coded(code: string, message = 'x'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['the system', coded('ECONNREFUSED'), 'ECONNREFUSED: nobody listens there'],
  ['a name', coded('ENOTFOUND'), 'ENOTFOUND: there is no such host'],
  [
    'TLS with who speaks none',
    coded('ERR_SSL_WRONG_VERSION_NUMBER'),
    'ERR_SSL_WRONG_VERSION_NUMBER: the other side speaks no TLS',
  ],
  [
    'TLS otherwise',
    coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: the handshake of TLS failed',
  ],
  [
    'a certificate',
    coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
    'DEPTH_ZERO_SELF_SIGNED_CERT: its certificate is not trusted',
  ],
  [
    'one of another host',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    'ERR_TLS_CERT_ALTNAME_INVALID: its certificate is of another host',
  ],
  [
    'PostgreSQL without TLS',
    new Error('The server does not support SSL connections'),
    'EPROTO: the other side speaks no TLS',
  ],
  [
    'a client that only tells',
    new Error('Socket closed unexpectedly'),
    'ECONNRESET: the other side closed the connection',
  ],
  ['one that ran out of patience', new Error('Connection timeout'), 'ETIMEDOUT: no answer in time'],
  ['a code in a sentence', new Error('connect ECONNREFUSED 127.0.0.1:1'), 'ECONNREFUSED: nobody listens there'],
  ['a login', new Error('Authorization Violation'), 'LOGIN_REFUSED: another user or password'],
  [
    'every address of a host',
    new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]),
    'ENETUNREACH: no way leads there',
  ],
])('%s', (_, error, reason) => {
  expect(connectionReason(error)).toBe(reason);
  for (const wrapped of [new Error('no connection', { cause: error }), { error }, { originalError: { cause: error } }])
    expect(connectionFailure(wrapped)).toEqual(connectionFailure(error));
});

test('what is no failure of a connection is not taken for one, and nothing that a client writes is shown', () => {
  for (const other of [undefined, 'ECONNREFUSED', new Error('redis://u:hidden@h'), coded('28P01'), coded('ENOENT')])
    expect(connectionReason(other)).toBeUndefined();
  const round: { cause?: unknown } = {};
  round.cause = round;
  expect(connectionReason(round)).toBeUndefined();
  expect(connectionReason(coded('ECONNRESET', 'redis://u:hidden@h'))).not.toContain('hidden');
});
