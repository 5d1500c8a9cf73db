/** What `open` answers to each way to name a SAML assertion, under the profile `saml` that takes bearer assertions, too: the last table of docs/token-references.md. */
import { type AssertionSealRequest, policyOf } from '@parley/engine';
import { sampleEnvelope, sealed, text } from '../support/sample.ts';
import { certificateHolder, outcomeWith, sampleAssertion, secretHolder } from '../support/sample-assertions.ts';

const SAML10 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#';
const SAML11 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';

const bearer = (version: '1.1' | '2.0'): AssertionSealRequest => ({
  ...certificateHolder(),
  assertion: { octets: sampleAssertion({ version }), sign: 'id' },
});

const ASSERTIONS: readonly (readonly [name: string, request: AssertionSealRequest])[] = [
  ['SAML 1.1, private key', certificateHolder({ version: '1.1' })],
  ['SAML 1.1, secret', secretHolder({ version: '1.1' }, { keys: 'direct' })],
  ['SAML 1.1, bearer', bearer('1.1')],
  ['SAML 2.0, private key', certificateHolder()],
  ['SAML 2.0, secret', secretHolder({}, { keys: 'direct' })],
  ['SAML 2.0, bearer', bearer('2.0')],
];

const POLICY = policyOf('saml', { confirmations: ['holder-of-key', 'bearer'] });

const keyIdentifier = (type: string, id = '_a1'): string =>
  `<o:KeyIdentifier ValueType="${type}">${id}</o:KeyIdentifier>`;
const typed = (version: string): string => ` xmlns:k="${WSSE11}" k:TokenType="${SAML11}SAMLV${version}"`;
const direct = '<o:Reference URI="#_a1"></o:Reference>';

const FORMS: readonly (readonly [name: string, attributes: string, content: string])[] = [
  ['Reference `#id`', '', direct],
  ['Reference `#id`, TokenType SAMLV1.1', typed('1.1'), direct],
  ['Reference `#id`, TokenType SAMLV2.0', typed('2.0'), direct],
  ['KeyIdentifier SAMLAssertionID', '', keyIdentifier(`${SAML10}SAMLAssertionID`)],
  ['KeyIdentifier SAMLAssertionID, TokenType SAMLV1.1', typed('1.1'), keyIdentifier(`${SAML10}SAMLAssertionID`)],
  ['KeyIdentifier SAMLAssertionID, another id', '', keyIdentifier(`${SAML10}SAMLAssertionID`, '_a2')],
  ['KeyIdentifier SAMLID', '', keyIdentifier(`${SAML11}SAMLID`)],
  ['KeyIdentifier SAMLID, TokenType SAMLV2.0', typed('2.0'), keyIdentifier(`${SAML11}SAMLID`)],
  ['KeyIdentifier SAMLID, another id', '', keyIdentifier(`${SAML11}SAMLID`, '_a2')],
  ['Reference, absolute URI', '', '<o:Reference URI="https://sts.example.org/_a1"></o:Reference>'],
  ['Reference and KeyIdentifier', '', direct + keyIdentifier(`${SAML11}SAMLID`)],
  ['Embedded', '', '<o:Embedded></o:Embedded>'],
];

/** Markdown. */
export function assertionReferenceTable(): string {
  const rows = FORMS.map(([name, attributes, content]) => {
    const cells = ASSERTIONS.map(([, request]) => outcomeOf(request, attributes, content));
    return `| ${name} | ${cells.map((cell) => cell.replace('peer.', '')).join(' | ')} |`;
  });
  return [
    '',
    '## SAML assertions',
    '',
    'The same for an assertion of the Security header, when the policy is `saml` with `bearer` among its `confirmations`: the key of',
    'its holder signs. An assertion that is embedded in the reference, or somewhere else, is not taken.',
    '',
    `| form | ${ASSERTIONS.map(([name]) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(ASSERTIONS.length)}`,
    ...rows,
    '',
  ].join('\n');
}

function outcomeOf(request: AssertionSealRequest, attributes: string, content: string): string {
  const before = text(sealed(sampleEnvelope(), request));
  // That of the signature of the message.
  const at = before.lastIndexOf('<o:SecurityTokenReference');
  const end = before.indexOf('</o:SecurityTokenReference>', at);
  const str = `<o:SecurityTokenReference${attributes}>${content}`;
  const outcome = outcomeWith(new TextEncoder().encode(before.slice(0, at) + str + before.slice(end)), POLICY);
  return outcome === 'ok' ? 'opened' : outcome;
}
