/** What surrounds the keys in a Security header: confirmations, encrypted headers, layouts, roles, parts by name. */
import { contextSource, PrivateKey, Trust } from '@parley/core';
import type { Credentials, OpenRequest, PolicyChanges, SealRequest } from '@parley/engine';
import { createPool, open, policyOf, seal } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  SOAP11,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sealed,
  text,
} from '../support/sample.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from '../support/sample-keys.ts';

const ORDERS = ['sign-then-encrypt', 'encrypt-then-sign'] as const;
const TICKET = { namespace: 'urn:h', localName: 'Ticket' };
const SIGN_ALL = { body: true, addressing: true, timestamp: true } as const;

function withHeader(header: string, soap = SOAP12): Uint8Array {
  return replaced(sampleEnvelope(undefined, soap), '</s:Header>', `${header}</s:Header>`);
}

function codeOf(message: Uint8Array, changes: PolicyChanges = {}, more: Partial<OpenRequest> = {}): string {
  const contexts = contextSource([sampleContext()]);
  const reply = open(message, { atMs: NOW_MS, policy: policyOf('strict', changes), contexts, ...more });
  return reply.ok ? 'ok' : reply.code;
}

describe('WSS 1.1 §8.5 SignatureConfirmation', () => {
  const [sent] = made(sampleRequest({ fillRandom: sampleRandom(5) })).signatureValues;
  const answer = (changes: Partial<SealRequest>): Uint8Array => sealed(sampleEnvelope(), sampleRequest(changes));

  function made(request: SealRequest) {
    const reply = seal(sampleEnvelope(), request);
    if (!reply.ok) throw new Error(reply.code);
    return reply.value;
  }

  test('the responder reads the values that the requester sent', () => {
    for (const encrypt of ['none', 'body-and-signature'] as const) {
      const { octets, signatureValues } = made(sampleRequest({ encrypt }));
      expect(openedBy(octets, sampleContext())).toMatchObject({
        value: { signatureValues, signatureConfirmed: false },
      });
    }
  });

  test.each(ORDERS)('a response confirms them, in clear or with the signature encrypted, %s', (order) => {
    for (const encrypt of ['none', 'body', 'body-and-signature'] as const) {
      const message = answer({ confirm: [sent!], encrypt, order });
      const reply = open(message, {
        atMs: NOW_MS,
        policy: policyOf('strict', { requireSignatureConfirmation: true }),
        contexts: contextSource([sampleContext()]),
        signatureValuesSent: [sent!],
      });
      if (!reply.ok) throw new Error(reply.code);
      expect(reply.value.signatureConfirmed).toBe(true);
      expect(reply.value.signed.map(({ role }) => role)).toContain('confirmation');
      const hidden = reply.value.encrypted.filter(({ role }) => role === 'confirmation');
      expect(hidden).toHaveLength(encrypt === 'body-and-signature' ? 1 : 0);
      expect(text(message).includes(`Value="${sent}"`)).toBe(encrypt !== 'body-and-signature');
    }
  });

  test.each([
    ['another value', ['AAAA'], [sent]],
    ['one too many', [sent, 'AAAA'], [sent]],
    ['one missing', [sent], [sent, 'AAAA']],
    ['one twice instead of two', [sent, sent], [sent, 'AAAA']],
    ['a value where nothing was signed', [sent], []],
    ['no value where something was signed', [], [sent]],
  ] as ReadonlyArray<readonly [string, string[], string[]]>)('T57: %s is refused', (_what, confirm, values) => {
    const more = { signatureValuesSent: values };
    expect(codeOf(answer({ confirm }), {}, more)).toBe('peer.confirmation-mismatch');
    expect(codeOf(answer({ confirm, encrypt: 'body-and-signature' }), {}, more)).toBe('peer.confirmation-mismatch');
  });

  test('their order does not matter, and a request without signatures is confirmed without a Value', () => {
    expect(codeOf(answer({ confirm: ['AAAA', sent!] }), {}, { signatureValuesSent: [sent!, 'AAAA'] })).toBe('ok');
    expect(codeOf(answer({ confirm: [] }), {}, { signatureValuesSent: [] })).toBe('ok');
  });

  test('a policy may want one, and then wants to know what was sent', () => {
    const changes = { requireSignatureConfirmation: true };
    expect(codeOf(answer({}), changes, { signatureValuesSent: [sent!] })).toBe('peer.coverage-missing');
    expect(codeOf(answer({}), {}, { signatureValuesSent: [sent!] })).toBe('ok');
    expect(codeOf(answer({ confirm: [sent!] }), changes)).toBe('caller.option-invalid');
  });

  test('T08: one that is not signed is refused, whoever asks', () => {
    const forged = `<k:SignatureConfirmation xmlns:k="http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd" Value="${sent}"/><ds:Signature`;
    const message = replaced(answer({}), '<ds:Signature', forged);
    expect(codeOf(message)).toBe('peer.coverage-missing');
    expect(codeOf(message, {}, { signatureValuesSent: [sent!] })).toBe('peer.coverage-missing');
  });

  test('T17: what is in it but no base64 is refused', () => {
    const message = answer({ confirm: ['*'] });
    expect(codeOf(message, {}, { signatureValuesSent: ['*'] })).toBe('peer.encoding-invalid');
  });

  test('the pool takes and gives the values', async () => {
    const context = sampleContext();
    const contexts = { get: async () => context };
    for (const workers of [0, 1]) {
      const pool = createPool({ workers, policy: policyOf(), contexts });
      const { context: _, fillRandom: _f, ...request } = sampleRequest();
      const asked = await pool.seal(sampleEnvelope(), { ...request, identifier: context.identifier });
      if (!asked.ok) throw new Error(asked.code);
      const { octets, signatureValues } = asked.value;
      expect(await pool.open({ message: octets, atMs: NOW_MS })).toMatchObject({ value: { signatureValues } });
      const response = { ...request, identifier: context.identifier, confirm: signatureValues };
      const answered = await pool.seal(sampleEnvelope(), response);
      if (!answered.ok) throw new Error(answered.code);
      const message = answered.value.octets;
      const confirmed = { message, atMs: NOW_MS, signatureValuesSent: signatureValues };
      expect(await pool.open(confirmed)).toMatchObject({ value: { signatureConfirmed: true } });
      expect(await pool.open({ ...confirmed, signatureValuesSent: [] })).toMatchObject({
        code: 'peer.confirmation-mismatch',
      });
      await pool.close();
    }
  });
});

describe('WSS 1.1 §9.3 EncryptedHeader', () => {
  const ticket = '<h:Ticket xmlns:h="urn:h" s:mustUnderstand="0"><seat xmlns="">7 A</seat></h:Ticket>';
  const policy: PolicyChanges = { requiredHeaders: ['Action', TICKET], encryptedHeaders: [TICKET] };

  const roads = ORDERS.flatMap((order) =>
    (['none', 'body', 'body-and-signature'] as const).flatMap((encrypt) =>
      [SOAP11, SOAP12].map((soap) => ({ order, encrypt, soap })),
    ),
  );
  test.each(roads)('what is signed and encrypted comes out as it was, $order, $encrypt, $soap', (road) => {
    const { soap, ...choice } = road;
    const request = sampleRequest({ ...choice, sign: { ...SIGN_ALL, headers: [TICKET] }, encryptHeaders: [TICKET] });
    const message = sealed(withHeader(ticket, soap), request);
    expect(text(message)).not.toContain('seat');
    // As the Security header, and not as the block.
    expect(text(message)).toMatch(/<k:EncryptedHeader [^>]*s:mustUnderstand="1"/);
    const reply = openedBy(message, sampleContext(), policyOf('strict', policy));
    if (!reply.ok) throw new Error(reply.code);
    expect(reply.value.encrypted.filter(({ role }) => role === 'header')).toMatchObject([
      { namespace: 'urn:h', localName: 'Ticket', target: 'element' },
    ]);
    expect(reply.value.action).toBe('urn:example:ping');
  });

  test('addressing that is encrypted is believed when it is signed, in either order', () => {
    const to = { namespace: 'http://www.w3.org/2005/08/addressing', localName: 'To' };
    for (const order of ORDERS) {
      const message = sealed(sampleEnvelope(), sampleRequest({ order, encryptHeaders: [to] }));
      expect(text(message)).not.toContain('urn:example:to');
      const changes = { requiredHeaders: ['Action', 'To'] } as const;
      expect(openedBy(message, sampleContext(), policyOf('strict', changes))).toMatchObject({
        value: { to: 'urn:example:to', replayKey: 'urn:uuid:7' },
      });
    }
  });

  test('a namespace that is none stays none under a default namespace', () => {
    const envelope = `<e:Envelope xmlns:e="${SOAP12}" xmlns="urn:d"><e:Header><h:Ticket xmlns:h="urn:h"><seat xmlns=""/></h:Ticket></e:Header><e:Body/></e:Envelope>`;
    const sign = { ...SIGN_ALL, headers: [TICKET] };
    const message = sealed(new TextEncoder().encode(envelope), sampleRequest({ sign, encryptHeaders: [TICKET] }));
    const reply = openedBy(message, sampleContext(), policyOf('body-only', { encryptedHeaders: [TICKET] }));
    if (!reply.ok) throw new Error(reply.code);
    const part = reply.value.signed.find(({ localName }) => localName === 'Ticket');
    expect(text(part!.bytes)).toContain('><seat></seat></h:Ticket>');
  });

  const request = sampleRequest({ sign: { ...SIGN_ALL, headers: [TICKET] }, encryptHeaders: [TICKET] });
  const message = sealed(withHeader(ticket), request);
  const wrapper = /<k:EncryptedHeader [^>]*>(<e:EncryptedData .*?<\/e:EncryptedData>)<\/k:EncryptedHeader>/;

  test('the form of WSS 1.0, EncryptedData as the block itself, is read too', () => {
    const [whole, data] = wrapper.exec(text(message))!;
    expect(codeOf(replaced(message, whole, data!), policy)).toBe('ok');
  });

  test('T64: a wrapper that says another mustUnderstand or role than the Security header and its block is refused', () => {
    const optional = sealed(withHeader(ticket), { ...request, mustUnderstand: false });
    const [whole] = wrapper.exec(text(optional))!;
    const saying = (attribute: string): string =>
      codeOf(replaced(optional, whole, whole.replace('EncryptedHeader ', `EncryptedHeader ${attribute} `)), policy);
    expect(saying('s:mustUnderstand="1"')).toBe('peer.decrypt-failed');
    expect(saying(`s:role="${SOAP12}/role/next"`)).toBe('peer.decrypt-failed');
    expect(saying('s:mustUnderstand="0"')).toBe('ok');
  });

  test('a wrapper may say what its block says, or what the Security header says, which may name a role', () => {
    const [whole] = wrapper.exec(text(message))!;
    const asBlock = whole.replace('s:mustUnderstand="1"', 's:mustUnderstand="0"');
    expect(codeOf(replaced(message, whole, asBlock), policy)).toBe('ok');
    const role = 'urn:example:gateway';
    for (const soap of [SOAP11, SOAP12]) {
      const forGateway = sealed(withHeader(ticket, soap), { ...request, role });
      expect(text(forGateway)).toMatch(/<k:EncryptedHeader [^>]*s:(actor|role)="urn:example:gateway"/);
      expect(codeOf(forGateway, { ...policy, role })).toBe('ok');
    }
  });

  test.each([
    ['into another block', (whole: string) => `<h:Wrapper xmlns:h="urn:h">${whole}</h:Wrapper>`],
    ['out of reach: for another role', (whole: string) => whole.replace('s:mustUnderstand="1"', 's:role="urn:other"')],
  ])('T03 T44: moved %s, it is not decrypted', (_what, move) => {
    const [whole] = wrapper.exec(text(message))!;
    expect(codeOf(replaced(message, whole, move(whole)), policy)).toBe('peer.coverage-missing');
  });

  test('T44: one that no list names, or with something beside the data, is refused', () => {
    const [whole] = wrapper.exec(text(message))!;
    const id = /EncryptedData [^>]*Id="(_\d+)"/.exec(whole)![1]!;
    expect(codeOf(replaced(message, `<e:DataReference URI="#${id}"></e:DataReference>`, ''), policy)).toBe(
      'peer.structure-invalid',
    );
    const twice = whole.replace('</k:EncryptedHeader>', '<x/></k:EncryptedHeader>');
    expect(codeOf(replaced(message, whole, twice), policy)).toBe('peer.structure-invalid');
  });

  test('T08 T44: encrypted but not signed is refused', () => {
    for (const order of ORDERS) {
      const unsigned = sealed(withHeader(ticket), sampleRequest({ order, encryptHeaders: [TICKET] }));
      expect(codeOf(unsigned, { encryptedHeaders: [TICKET] })).toBe('peer.coverage-missing');
    }
  });

  test('T03: a block in clear beside the encrypted one is refused by a policy that wants both', () => {
    const forged = replaced(message, '<k:EncryptedHeader', `${ticket}<k:EncryptedHeader`);
    expect(codeOf(forged, policy)).toBe('peer.coverage-missing');
  });

  test('in clear, it is refused by a policy that wants it encrypted', () => {
    const clear = sealed(withHeader(ticket), { ...request, encryptHeaders: [] });
    expect(codeOf(clear, policy)).toBe('peer.coverage-missing');
    expect(codeOf(clear, { signedHeaders: [TICKET] })).toBe('ok');
  });
});

describe('WS-SecurityPolicy §4 parts by name', () => {
  const ticket = '<h:Ticket xmlns:h="urn:h">7</h:Ticket>';
  const signing = sampleRequest({ sign: { ...SIGN_ALL, headers: [{ namespace: 'urn:h' }] } });

  test('headers that are signed where they are, and headers that must be there', () => {
    const signed = sealed(withHeader(ticket), signing);
    const without = sealed(sampleEnvelope(), signing);
    const unsigned = sealed(withHeader(ticket), sampleRequest());
    for (const name of [TICKET, { namespace: 'urn:h' }]) {
      expect(codeOf(signed, { requiredHeaders: [name], signedHeaders: [name] })).toBe('ok');
      expect(codeOf(without, { signedHeaders: [name] })).toBe('ok');
      expect(codeOf(without, { requiredHeaders: [name] })).toBe('peer.coverage-missing');
      expect(codeOf(unsigned, { signedHeaders: [name] })).toBe('peer.coverage-missing');
      expect(codeOf(unsigned, { requiredHeaders: [name] })).toBe('peer.coverage-missing');
    }
    expect(codeOf(unsigned, { signedHeaders: [{ namespace: 'urn:H', localName: 'Ticket' }] })).toBe('ok');
  });

  test('T03: a signed header that was moved, with a forged one in its place, is refused', () => {
    const signed = sealed(withHeader(ticket), signing);
    const [whole] = /<h:Ticket .*?<\/h:Ticket>/.exec(text(signed))!;
    const moved = replaced(signed, whole, `<h:Ticket xmlns:h="urn:h">8</h:Ticket><w xmlns="urn:w">${whole}</w>`);
    expect(codeOf(moved, { signedHeaders: [TICKET] })).toBe('peer.coverage-missing');
    const beside = replaced(signed, whole, `<h:Ticket xmlns:h="urn:h">8</h:Ticket>${whole}`);
    expect(codeOf(beside, { signedHeaders: [TICKET] })).toBe('peer.coverage-missing');
  });

  test('T08: a Body of which a part is encrypted is no encrypted Body', () => {
    const loose = { requireSignedBody: false, requireSignedEncryption: false };
    const sign = { body: false, addressing: true, timestamp: true };
    const whole = sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body', sign }));
    expect(codeOf(whole, { ...loose, requireEncryptedBody: true })).toBe('ok');
    for (const clear of ['clear', '<clear/>']) {
      const inside = clear === 'clear' ? `${clear}<e:EncryptedData ` : '<clear><e:EncryptedData ';
      let partly = replaced(whole, '<s:Body><e:EncryptedData ', `<s:Body>${inside}`);
      if (clear !== 'clear') partly = replaced(partly, '</s:Body>', '</clear></s:Body>');
      expect(codeOf(partly, loose)).toBe('ok');
      expect(codeOf(partly, { ...loose, requireEncryptedBody: true })).toBe('peer.coverage-missing');
    }
  });
});

describe('WS-SecurityPolicy §6.7 layouts', () => {
  const LAYOUTS = ['strict', 'lax', 'lax-timestamp-first', 'lax-timestamp-last'] as const;
  const first = ['strict', 'lax', 'lax-timestamp-first'] as const;

  test.each(LAYOUTS)('what is written with %s is what it means', (layout) => {
    for (const order of ORDERS) {
      for (const encrypt of ['none', 'body-and-signature'] as const) {
        const message = sealed(sampleEnvelope(), sampleRequest({ layout, encrypt, order }));
        expect(codeOf(message, { layout })).toBe('ok');
        expect(codeOf(message, { layout: 'lax' })).toBe('ok');
        const isStrict = layout !== 'lax-timestamp-last';
        // Of a signature that is encrypted, it is seen in plaintext.
        expect(codeOf(message, { layout: 'strict' })).toMatch(
          isStrict ? /^ok$/ : /^peer\.(structure-invalid|decrypt-failed)$/,
        );
        const isFirst = (first as readonly string[]).includes(layout);
        expect(codeOf(message, { layout: 'lax-timestamp-first' })).toBe(isFirst ? 'ok' : 'peer.structure-invalid');
        expect(codeOf(message, { layout: 'lax-timestamp-last' })).toBe(isFirst ? 'peer.structure-invalid' : 'ok');
      }
    }
  });

  test('the Timestamp goes before tokens that are there already', () => {
    const security =
      '<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:UsernameToken><o:Username>a</o:Username></o:UsernameToken></o:Security>';
    const layout = 'lax-timestamp-first';
    const message = sealed(withHeader(security), sampleRequest({ layout }));
    expect(codeOf(message, { layout })).toBe('ok');
  });

  test('T50: tokens after their use: taken by the lax ones only', () => {
    const message = sealed(sampleEnvelope(), sampleRequest());
    const [tokens] = /<c:SecurityContextToken .*<\/c:DerivedKeyToken>/.exec(text(message))!;
    const moved = replaced(replaced(message, tokens, ''), '</o:Security>', `${tokens}</o:Security>`);
    expect(codeOf(moved)).toBe('peer.structure-invalid');
    for (const layout of ['lax', 'lax-timestamp-first'] as const) expect(codeOf(moved, { layout })).toBe('ok');
  });

  test('an unknown layout is the caller’s mistake', () => {
    expect(() => policyOf('strict', { layout: 'tight' as 'lax' })).toThrowError(
      expect.objectContaining({ code: 'caller.option-invalid' }),
    );
  });
});

describe('SOAP roles', () => {
  const GATE = 'urn:example:gate';

  test.each([SOAP11, SOAP12])('two Security headers, each for its reader: %s', (soap) => {
    const atGate = sealed(sampleEnvelope(undefined, soap), sampleRequest({ role: GATE }));
    expect(text(atGate)).toContain(soap === SOAP11 ? `s:actor="${GATE}"` : `s:role="${GATE}"`);
    expect(codeOf(atGate)).toBe('peer.security-header-missing');
    expect(codeOf(atGate, { role: GATE })).toBe('ok');
    const both = sealed(atGate, sampleRequest({ fillRandom: sampleRandom(3) }));
    expect(text(both).match(/<o:Security /g)).toHaveLength(2);
    for (const role of [undefined, GATE]) expect(codeOf(both, { role })).toBe('ok');
    expect(codeOf(both, { role: 'urn:example:other' })).toBe('peer.security-header-missing');
    const again = replaced(both, `="${GATE}"`, `="${SOAP12}/role/ultimateReceiver"`);
    if (soap === SOAP12) expect(codeOf(again)).toBe('peer.structure-invalid');
  });

  test('T64: mandatory blocks for the role, and for the next, are refused in that role', () => {
    const block = (role: string) => `<h:Toll xmlns:h="urn:h" s:mustUnderstand="1" s:role="${role}"/>`;
    for (const [role, code] of [
      [GATE, 'peer.must-understand'],
      [`${SOAP12}/role/next`, 'peer.must-understand'],
      ['urn:example:other', 'ok'],
    ] as const) {
      expect(codeOf(sealed(withHeader(block(role)), sampleRequest({ role: GATE })), { role: GATE })).toBe(code);
    }
  });

  test('T64: mustUnderstand is written unless it is declined, and may be wanted', () => {
    const optional = sealed(sampleEnvelope(), sampleRequest({ mustUnderstand: false }));
    expect(codeOf(optional)).toBe('ok');
    expect(codeOf(optional, { requireMustUnderstand: true })).toBe('peer.structure-invalid');
    expect(codeOf(sealed(sampleEnvelope(), sampleRequest()), { requireMustUnderstand: true })).toBe('ok');
  });
});

describe('without a context, or beside one', () => {
  const bob = sampleKey('bob', 'rsa');
  const privateKey = PrivateKey.read({ format: 'der', bytes: bob.privateKeyDer }, { uses: ['encryption'] });
  const credentials: Credentials = {
    trust: new Trust({ anchors: [ROOT], revocation: 'if-listed' }),
    ownKeys: [{ certificate: bob.certificate, privateKey }],
  };
  const more = { encryptHeaders: [TICKET], sign: { ...SIGN_ALL, headers: [TICKET] }, confirm: ['AAAA'] } as const;
  const demands: PolicyChanges = {
    requiredHeaders: ['Action', TICKET],
    encryptedHeaders: [TICKET],
    requireSignatureConfirmation: true,
  };
  const ticket = '<h:Ticket xmlns:h="urn:h">7</h:Ticket>';

  test.each(
    ORDERS.flatMap((order) => (['none', 'body', 'body-and-signature'] as const).map((encrypt) => ({ order, encrypt }))),
  )('headers are encrypted and signatures confirmed under a session key, $order, $encrypt', (shape) => {
    const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
    const requests = [
      ['symmetric-x509', encryptedKeyRequest({ ...shape, ...more })],
      ['x509', certificateRequest({ ...shape, ...more, recipient })],
    ] as const;
    for (const [profile, request] of requests) {
      const reply = seal(withHeader(ticket), request);
      if (!reply.ok) throw new Error(reply.code);
      const opened = open(reply.value.octets, {
        atMs: NOW_MS,
        policy: policyOf(profile, demands),
        contexts: contextSource([]),
        credentials,
        signatureValuesSent: ['AAAA'],
      });
      const { signatureValues } = reply.value;
      expect(opened).toMatchObject({ ok: true, value: { signatureValues, signatureConfirmed: true } });
    }
  });

  test('an endorsing signature is one to confirm too', () => {
    const endorse = { key: sampleKey('alice', 'rsa').key, reference: 'direct' } as const;
    for (const encrypt of ['none', 'body-and-signature'] as const) {
      const reply = seal(sampleEnvelope(), sampleRequest({ endorse, encrypt }));
      if (!reply.ok) throw new Error(reply.code);
      const { octets, signatureValues } = reply.value;
      expect(signatureValues).toHaveLength(2);
      const policy = policyOf('strict', { endorsedBy: ['certificate'], signatures: policyOf('x509').signatures });
      const contexts = contextSource([sampleContext()]);
      expect(open(octets, { atMs: NOW_MS, policy, contexts, credentials })).toMatchObject({
        value: { signatureValues },
      });
    }
  });
});
