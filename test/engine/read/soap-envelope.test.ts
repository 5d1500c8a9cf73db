// SOAP 1.1 §4, SOAP 1.2 §5: what may stand where, and who must understand it.
import { policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import {
  openedBy,
  replaced,
  SOAP11,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';

const ROLE_12 = 'http://www.w3.org/2003/05/soap-envelope/role';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const header = (attributes: string): string => `<x:Unknown xmlns:x="urn:x" ${attributes}/></s:Header>`;

const rows: ReadonlyArray<readonly [soap: string, attributes: string, code: string]> = [
  [SOAP12, '', 'ok'],
  [SOAP12, 's:mustUnderstand="false"', 'ok'],
  [SOAP12, 's:mustUnderstand="0"', 'ok'],
  [SOAP12, 's:mustUnderstand="true"', 'peer.must-understand'],
  [SOAP12, 's:mustUnderstand="1"', 'peer.must-understand'],
  // The types of these attributes leave out white space around their values.
  [SOAP12, 's:mustUnderstand=" 1 "', 'peer.must-understand'],
  [SOAP12, 's:mustUnderstand="&#9;true&#xA;"', 'peer.must-understand'],
  [SOAP11, 's:mustUnderstand="1 " s:actor=" &#13; "', 'peer.must-understand'],
  [SOAP12, `s:mustUnderstand="1" s:role=" ${ROLE_12}/next&#10;"`, 'peer.must-understand'],
  [SOAP12, `s:mustUnderstand="1" s:role=" ${ROLE_12}/none "`, 'ok'],
  [SOAP12, `s:mustUnderstand="1" s:role="${ROLE_12}/ultimateReceiver"`, 'peer.must-understand'],
  [SOAP12, `s:mustUnderstand="1" s:role="${ROLE_12}/next"`, 'peer.must-understand'],
  [SOAP12, `s:mustUnderstand="1" s:role="${ROLE_12}/none"`, 'ok'],
  [SOAP12, 's:mustUnderstand="1" s:role="urn:another"', 'ok'],
  [SOAP11, 's:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next"', 'peer.must-understand'],
  [SOAP11, 's:mustUnderstand="1" s:actor="urn:another"', 'ok'],
  [SOAP11, 'mustUnderstand="1"', 'ok'],
];

test.each(rows)('an unknown header in %s with %s: %s', (soap, attributes, code) => {
  const message = replaced(sealed(sampleEnvelope(undefined, soap), sampleRequest()), '</s:Header>', header(attributes));
  const reply = openedBy(message, sampleContext());
  expect(reply.ok ? 'ok' : reply.code).toBe(code);
});

const NEXT_11 = 'http://schemas.xmlsoap.org/soap/actor/next';
const roles: ReadonlyArray<readonly [soap: string, said: string | undefined, ours: string | undefined, code: string]> =
  [
    ...[SOAP11, SOAP12].flatMap((soap) =>
      [undefined, '', `${ROLE_12}/ultimateReceiver`].flatMap((ours) => [
        [soap, undefined, ours, 'ok'] as const,
        [soap, '', ours, 'ok'] as const,
        [soap, `${ROLE_12}/ultimateReceiver`, ours, 'ok'] as const,
        [soap, soap === SOAP11 ? NEXT_11 : `${ROLE_12}/next`, ours, 'ok'] as const,
        [soap, `${ROLE_12}/none`, ours, 'peer.security-header-missing'] as const,
        [soap, 'urn:gateway', ours, 'peer.security-header-missing'] as const,
      ]),
    ),
    [SOAP12, 'urn:gateway', 'urn:gateway', 'ok'],
    [SOAP12, `${ROLE_12}/next`, 'urn:gateway', 'ok'],
    [SOAP12, `${ROLE_12}/next`, `${ROLE_12}/next`, 'ok'],
    [SOAP12, undefined, 'urn:gateway', 'peer.security-header-missing'],
    [SOAP12, '', 'urn:gateway', 'peer.security-header-missing'],
  ];

test.each(roles)('in %s, a Security header for %s is read by %s: %s', (soap, said, ours, code) => {
  const request = sampleRequest(said === undefined ? {} : { role: said });
  const reply = openedBy(
    sealed(sampleEnvelope(undefined, soap), request),
    sampleContext(),
    policyOf('strict', { role: ours }),
  );
  expect(reply.ok ? 'ok' : reply.code).toBe(code);
});

test('the refusal names whom the Security headers are for', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ role: 'urn:gateway' }));
  expect(openedBy(message, sampleContext())).toMatchObject({ detail: { roles: 'urn:gateway' } });
  const forUs = sealed(sampleEnvelope(), sampleRequest());
  const reply = openedBy(forUs, sampleContext(), policyOf('strict', { role: 'urn:gateway' }));
  expect(reply).toMatchObject({ detail: { roles: 'the last receiver' } });
});

test.each(['', 'urn:gateway'])('what is sealed for "%s" stands beside a header for next', (role) => {
  const forNext = sealed(sampleEnvelope(), sampleRequest({ role: `${ROLE_12}/next`, mustUnderstand: false }));
  const both = sealed(forNext, sampleRequest({ role }));
  expect(text(both).match(/<o:Security /g)).toHaveLength(2);
  expect(openedBy(both, sampleContext(), policyOf('strict', { role }))).toMatchObject({ ok: true });
});

test('a Security header for somebody else is not ours', () => {
  const message = sealed(sampleEnvelope(), sampleRequest());
  const elsewhere = replaced(message, 's:mustUnderstand="1"', 's:mustUnderstand="1" s:role="urn:another"');
  expect(openedBy(elsewhere, sampleContext())).toMatchObject({ code: 'peer.security-header-missing' });
});

const shapes: ReadonlyArray<readonly [what: string, from: string, to: string, code: string]> = [
  ['another root', '<s:Envelope', '<s:Letter', 'peer.xml-malformed'],
  ['another namespace', SOAP12, 'urn:soap', 'peer.soap-version-mismatch'],
  ['text in the Envelope', '</s:Envelope>', 'x</s:Envelope>', 'peer.structure-invalid'],
  ['an element after Body', '</s:Envelope>', '<x/></s:Envelope>', 'peer.structure-invalid'],
  ['a second Header', '<s:Body', '<s:Header/><s:Body', 'peer.structure-invalid'],
  ['text in the Header', '</s:Header>', 'x</s:Header>', 'peer.structure-invalid'],
  ['a comment', '</s:Header>', '<!-- --></s:Header>', 'peer.structure-invalid'],
  ['a processing instruction', '</s:Header>', '<?x?></s:Header>', 'peer.structure-invalid'],
  ['white space between', '</s:Header>', ' \n</s:Header>\n', 'ok'],
];
test.each(shapes)('%s', (_what, from, to, code) => {
  const reply = openedBy(replaced(sealed(sampleEnvelope(), sampleRequest()), from, to), sampleContext());
  expect(reply.ok ? 'ok' : reply.code).toBe(code);
});

test('a Timestamp that nobody signed is refused even where none is asked for', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ sign: { body: true, addressing: true, timestamp: false } }));
  const policy = policyOf('strict', { requireTimestamp: false });
  expect(openedBy(message, sampleContext(), policy)).toMatchObject({ ok: true, value: { createdAtMs: undefined } });
  const timestamp = `<u:Timestamp xmlns:u="${WSU}"><u:Created>2026-01-15T12:00:00Z</u:Created></u:Timestamp>`;
  const added = replaced(message, '<c:SecurityContextToken', `${timestamp}<c:SecurityContextToken`);
  expect(openedBy(added, sampleContext(), policy)).toMatchObject({ code: 'peer.coverage-missing' });
});

test('ids of the application: unique by default, or its own business; never those that a reference can mean', () => {
  const rows = '<m:Row xmlns:m="urn:m" id="1"/><m:Row xmlns:m="urn:m" id="1" xml:id="1"/>';
  const message = sealed(sampleEnvelope(rows), sampleRequest());
  const lenient = policyOf('strict', { requireUniqueForeignIds: false });
  expect(openedBy(message, sampleContext())).toMatchObject({ code: 'peer.id-duplicate' });
  expect(openedBy(message, sampleContext(), lenient)).toMatchObject({ ok: true });
  const twice = replaced(message, '</s:Header>', `<x xmlns:u="${WSU}" u:Id="_2"/></s:Header>`);
  expect(openedBy(twice, sampleContext(), lenient)).toMatchObject({ code: 'peer.id-duplicate' });
});
