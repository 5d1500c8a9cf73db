/** Trust messages in the shapes that other stacks write. */
import { scan, Tape } from '@parley/codec';
import type { Version } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { expect, test } from 'vitest';
import { receiveKey } from '../../../packages/conversation/src/trust/key-material.ts';
import { readRequest } from '../../../packages/conversation/src/trust/request-security-token.ts';
import { readResponse } from '../../../packages/conversation/src/trust/request-security-token-response.ts';
import { octets } from '../conversation-fixture.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

function body(version: Version, content: string): Tape {
  const { trust, conversation } = VERSION_URIS[version];
  const tape = new Tape();
  const declarations = `xmlns:t="${trust}" xmlns:c="${conversation}" xmlns:o="${WSSE}" xmlns:u="${WSU}"`;
  scan(octets(`<b:Body xmlns:b="urn:soap" ${declarations}>${content}</b:Body>`), DEFAULT_LIMITS, tape);
  return tape;
}

function request(version: Version, content: string) {
  return readRequest(body(version, content), 0, version, DEFAULT_LIMITS);
}

test('WCF: an Issue with entropy that has an Id, pretty-printed', () => {
  const { trust, sct } = VERSION_URIS['200502'];
  const rst = request(
    '200502',
    `\n <t:RequestSecurityToken>\n  <t:TokenType>${sct}</t:TokenType>\n  <t:RequestType>${trust}/Issue</t:RequestType>
      <t:Entropy>\n <t:BinarySecret u:Id="uuid-1" Type="${trust}/Nonce">1TmBzNeSMhkxqHU+yWuwplJDS7NejEdnFlgRbGPyAOI=</t:BinarySecret></t:Entropy>
      <t:KeySize> 256 </t:KeySize></t:RequestSecurityToken>\n`,
  );
  expect(rst).toMatchObject({
    requestType: 'Issue',
    tokenType: sct,
    keySizeBits: 256,
    context: undefined,
    renewTarget: undefined,
  });
  expect(rst.entropy?.lengthBytes).toBe(32);
});

test('WCF: an Issue response, and the key of it', () => {
  const { trust, sct, computedKeyPSha1 } = VERSION_URIS['200502'];
  const response = readResponse(
    body(
      '200502',
      `<t:RequestSecurityTokenResponse><t:TokenType>${sct}</t:TokenType>
       <t:RequestedSecurityToken><c:SecurityContextToken u:Id="uuid-e07815b0-1"><c:Identifier>urn:uuid:40859149-0ab7-4ee2-a7cc-22bc21adfe08</c:Identifier></c:SecurityContextToken></t:RequestedSecurityToken>
       <t:RequestedAttachedReference><o:SecurityTokenReference><o:Reference ValueType="${sct}" URI="#uuid-e07815b0-1"/></o:SecurityTokenReference></t:RequestedAttachedReference>
       <t:RequestedProofToken><t:ComputedKey>${computedKeyPSha1}</t:ComputedKey></t:RequestedProofToken>
       <t:Entropy><t:BinarySecret u:Id="uuid-2" Type="${trust}/Nonce">X10bPPRFJzVr13nwxYYVLpmd5Fsu6RR7jkF5xtCV/kM=</t:BinarySecret></t:Entropy>
       <t:Lifetime><u:Created>2024-02-14T02:06:53.311Z</u:Created><u:Expires>2024-02-14T17:06:53.311Z</u:Expires></t:Lifetime><t:KeySize>256</t:KeySize>
       </t:RequestSecurityTokenResponse>`,
    ),
    0,
    { version: '200502', limits: DEFAULT_LIMITS },
  );
  expect(response.token).toEqual({
    identifier: 'urn:uuid:40859149-0ab7-4ee2-a7cc-22bc21adfe08',
    instance: undefined,
    tokenId: 'uuid-e07815b0-1',
    tokenElement: undefined,
    references: {},
  });
  expect(response.lifetime?.expiresAtMs).toBe(Date.UTC(2024, 1, 14, 17, 6, 53, 311));
  const sent = request(
    '200502',
    `<t:RequestSecurityToken><t:Entropy><t:BinarySecret>1TmBzNeSMhkxqHU+yWuwplJDS7NejEdnFlgRbGPyAOI=</t:BinarySecret></t:Entropy></t:RequestSecurityToken>`,
  );
  const key = receiveKey(response, { sent: sent.entropy, keySizeBits: 256, keys: 'combined' });
  // P_SHA1(client entropy, server entropy), computed with Python's hmac.
  expect(key.lend((bytes) => Buffer.from(bytes).toString('hex'))).toBe(
    '1ff37f409a40233bd7eb9d9d4e6a5229fc798ef72175595635a48f88f90db8ff',
  );
});

test('CXF: a Renew that holds the whole token as its target', () => {
  const rst = request(
    '200512',
    `<t:RequestSecurityToken Context="urn:c"><t:RequestType>${VERSION_URIS['200512'].trust}/Renew</t:RequestType>
     <t:RenewTarget><c:SecurityContextToken u:Id="x"><c:Identifier>urn:uuid:1</c:Identifier><c:Instance>urn:uuid:2</c:Instance></c:SecurityContextToken></t:RenewTarget>
     <t:Renewing Allow="1" OK="true"/></t:RequestSecurityToken>`,
  );
  expect(rst.renewTarget).toEqual({ identifier: 'urn:uuid:1', instance: 'urn:uuid:2' });
  expect(rst).toMatchObject({ context: 'urn:c', requestType: 'Renew', renewing: { allow: true, ok: true } });
});

test('a reference by Identifier and Instance, without ValueType', () => {
  const rst = request(
    '200512',
    `<t:RequestSecurityToken><t:CancelTarget><o:SecurityTokenReference><o:Reference URI="urn:uuid:1" c:Instance="i"/></o:SecurityTokenReference></t:CancelTarget></t:RequestSecurityToken>`,
  );
  expect(rst.cancelTarget).toEqual({ identifier: 'urn:uuid:1', instance: 'i' });
});

test('unknown children are ignored, whatever they are', () => {
  const rst = request(
    '200512',
    '<t:RequestSecurityToken><t:Claims Dialect="urn:x"><x xmlns="urn:y"/></t:Claims><t:OnBehalfOf><x/></t:OnBehalfOf><KeySize xmlns="urn:z">8</KeySize></t:RequestSecurityToken>',
  );
  expect(rst).toMatchObject({ keySizeBits: undefined, entropy: undefined, requestType: undefined });
});

test.each([
  ['nothing', ''],
  ['another element', '<t:RequestSecurityTokenResponse/>'],
  ['two requests', '<t:RequestSecurityToken/><t:RequestSecurityToken/>'],
  ['text', 'x<t:RequestSecurityToken/>'],
  [
    'a target of two',
    `<t:RequestSecurityToken><t:CancelTarget><c:SecurityContextToken><c:Identifier>a:b</c:Identifier></c:SecurityContextToken><x/></t:CancelTarget></t:RequestSecurityToken>`,
  ],
  ['a target of nothing', '<t:RequestSecurityToken><t:CancelTarget/></t:RequestSecurityToken>'],
  ['Renewing of neither yes nor no', '<t:RequestSecurityToken><t:Renewing OK="maybe"/></t:RequestSecurityToken>'],
])('a Body that holds %s is refused', (_name, content) => {
  expect(() => request('200512', content)).toThrow(
    /^peer\.(structure-invalid|trust-invalid-request|trust-bad-request)/,
  );
});

test('a target of the other generation is refused', () => {
  const sct = `<c:SecurityContextToken xmlns:c="${VERSION_URIS['200502'].conversation}"><c:Identifier>a:b</c:Identifier></c:SecurityContextToken>`;
  expect(() =>
    request('200512', `<t:RequestSecurityToken><t:CancelTarget>${sct}</t:CancelTarget></t:RequestSecurityToken>`),
  ).toThrow('peer.structure-invalid');
});

test('a response alone is final in 200502 and not in 200512', () => {
  const content = '<t:RequestSecurityTokenResponse><t:RequestedTokenCancelled/></t:RequestSecurityTokenResponse>';
  expect(readResponse(body('200502', content), 0, { version: '200502', limits: DEFAULT_LIMITS }).isCancelled).toBe(
    true,
  );
  expect(() => readResponse(body('200512', content), 0, { version: '200512', limits: DEFAULT_LIMITS })).toThrow(
    'peer.structure-invalid',
  );
});
