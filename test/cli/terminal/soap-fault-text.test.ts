import { expect, test } from 'vitest';
import { faultLine, faultText } from '../../../packages/cli/src/terminal/fault-text.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

test.each([
  [
    'a code of a known namespace, with what mostly lies behind it',
    'MessageExpired',
    WSSE,
    `MessageExpired (${WSSE}): its clock`,
  ],
  ['a code of another namespace', 'E42', 'urn:shop', "E42 (urn:shop): the service's own log says why"],
  ['a code that is a name of every object', 'constructor', '__proto__', 'constructor (__proto__): the service'],
  ['a code with what a terminal would obey', 'x\u001b[2J', WSSE, `x\ufffd[2J (${WSSE}): the service`],
])('%s', (_name, faultCode, faultNamespace, said) => {
  const text = faultText('peer.soap-fault', { faultCode, faultNamespace });
  expect(text).toContain(`peer.soap-fault: the service answered with a fault: ${said}`);
});

test('as JSON it stays data', () => {
  const detail = { faultCode: 'InvalidSecurity', faultNamespace: WSSE };
  expect(JSON.parse(faultLine('peer.soap-fault', detail, true))).toEqual({
    ok: false,
    code: 'peer.soap-fault',
    detail,
  });
});
