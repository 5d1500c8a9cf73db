// Whatever text `seal` is given, `open` gives back: for every member that is a text. One that has no row here does not compile.
import { NAMESPACE_URIS, XmlWriter } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import { Secret } from '@parley/core';
import type {
  AssertionAttribute,
  AssertionSubject,
  AuthenticatedUser,
  HeaderName,
  OpenedAssertion,
  OpenedMessage,
  SealOptions,
  SealRequest,
} from '@parley/engine';
import { policyOf, seal } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../support/sample.ts';
import {
  BEARER_POLICY,
  issuerTrust,
  openedWith,
  sampleAssertion,
  sampleCredentials,
} from '../support/sample-assertions.ts';
import { certificateRequest } from '../support/sample-keys.ts';
import { anyText, type TextsOf, trimmedText } from '../support/text-fields.ts';

/** Sends a text in one member, and says as what it arrives. */
interface Field {
  readonly texts: fc.Arbitrary<string>;
  readonly sent: (text: string) => string | undefined;
}
/** A member that no text is given for, and why. */
type NoField = string;
type Fields<Type> = Readonly<Record<TextsOf<Type>, Field | readonly Field[] | NoField>>;

const uris = trimmedText.map((text) => `urn:a?${text}`);

function spelt(text: string): string {
  return new TextDecoder().decode(new XmlWriter().text(text).take());
}

function messageWith(envelope: Uint8Array, changes: Partial<SealRequest> = {}, policy = policyOf()): OpenedMessage {
  const request = sampleRequest(changes);
  const reply = openedBy(sealed(envelope, request), request.context, policy);
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

/** A wsa header of the sample. */
function header(name: 'action' | 'messageId' | 'to', sample: string, texts = uris): Field {
  return { texts, sent: (text) => messageWith(replaced(sampleEnvelope(), sample, spelt(text)))[name] };
}

function identifierBy(token: SealRequest['token'], texts: fc.Arbitrary<string>): Field {
  return {
    texts,
    sent: (identifier) => messageWith(sampleEnvelope(), { context: sampleContext({ identifier }), token }).identifier,
  };
}

function instanceBy(token: SealRequest['token']): Field {
  const sent = (instance: string): string | undefined => {
    const [first] = sampleContext().keys;
    if (first === undefined) throw new Error('a context without a key');
    const context = sampleContext({ keys: [{ ...first, instance }] });
    return messageWith(sampleEnvelope(), { context, token }).instance;
  };
  return { texts: trimmedText, sent };
}

const MESSAGE: Fields<OpenedMessage> = {
  identifier: [identifierBy('attached', trimmedText), identifierBy('external', uris)],
  instance: [instanceBy('attached'), instanceBy('external')],
  action: header('action', 'urn:example:ping', trimmedText),
  // An absolute IRI, which has no white space.
  messageId: header(
    'messageId',
    'urn:uuid:7',
    uris.map((text) => text.replace(/\s/g, '')),
  ),
  to: header('to', 'urn:example:to', trimmedText),
  relatesTo: {
    texts: trimmedText,
    sent: (text) =>
      messageWith(replaced(sampleEnvelope(), '<a:To>', `<a:RelatesTo>${spelt(text)}</a:RelatesTo><a:To>`)).relatesTo,
  },
  principal: 'of the context, which no message carries',
  replayKey: 'made of the others',
};

const OPTIONS: Fields<SealOptions> = {
  role: {
    texts: anyText,
    sent: (role) => messageWith(sampleEnvelope(), { role }, policyOf('strict', { role })).action && role,
  },
  idPrefix: 'a plain name, of which no character is written otherwise',
};

const HEADER: Fields<HeaderName> = {
  namespace: {
    texts: uris,
    sent: (namespace) => {
      const attribute = spelt(namespace)
        .replaceAll('"', '&quot;')
        .replaceAll(/[\t\n]/g, (blank) => `&#${blank.charCodeAt(0)};`);
      const envelope = replaced(sampleEnvelope(), '</s:Header>', `<x:X xmlns:x="${attribute}"/></s:Header>`);
      const headers = [{ namespace, localName: 'X' }];
      const sign = { body: true, addressing: true, timestamp: true, headers };
      const { signed } = messageWith(envelope, { sign }, policyOf('strict', { signedHeaders: headers }));
      return signed.find(({ localName }) => localName === 'X')?.namespace;
    },
  },
  localName: 'a name, of which no character is written otherwise',
};

const USER: Fields<AuthenticatedUser> = {
  username: (['text', 'digest'] as const).map((passwordType) => ({
    texts: anyText,
    sent: (name) => {
      const password = Secret.copyOf(new TextEncoder().encode(`${name}'s & mine`));
      const request = certificateRequest({ username: { username: name, passwordType, password } });
      const policy = policyOf('x509', { requireUser: true, passwordTypes: [passwordType] });
      const credentials = sampleCredentials({ passwords: new Map([[name, password]]) });
      const reply = openedWith(sealed(sampleEnvelope(), request), policy, credentials);
      return reply.ok ? reply.value.user?.username : reply.code;
    },
  })),
};

function assertionWith(
  wish: Parameters<typeof sampleAssertion>[0],
  audiences: readonly string[] = [],
): OpenedAssertion {
  const request = certificateRequest({ assertions: [{ octets: sampleAssertion(wish), sign: 'id' }] });
  const credentials = sampleCredentials(
    wish?.issuer === undefined ? {} : { assertionIssuers: [{ name: wish.issuer, trust: issuerTrust() }] },
  );
  const reply = openedWith(sealed(sampleEnvelope(), request), { ...BEARER_POLICY, audiences }, credentials, NOW_MS);
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  const [assertion] = reply.value.assertions;
  if (assertion === undefined) throw new Error('no assertion');
  return assertion;
}

const VERSIONS = ['1.1', '2.0'] as const;
const both = (texts: fc.Arbitrary<string>, sent: (version: '1.1' | '2.0', text: string) => string | undefined) =>
  VERSIONS.map((version) => ({ texts, sent: (text: string) => sent(version, text) }));

const ASSERTION: Fields<OpenedAssertion> = {
  id: both(fc.stringMatching(/^_[\w.é😀-]{0,9}$/u), (version, id) => assertionWith({ version, id }).id),
  issuer: both(anyText, (version, issuer) => assertionWith({ version, issuer }).issuer),
  issuerThumbprint: 'of a certificate',
};

const SUBJECT: Fields<AssertionSubject> = {
  name: both(anyText, (version, name) => assertionWith({ version, subject: { name } }).subject?.name),
  format: both(
    anyText,
    (version, format) => assertionWith({ version, subject: { name: 'a', format } }).subject?.format,
  ),
  nameQualifier: both(
    anyText,
    (version, nameQualifier) =>
      assertionWith({ version, subject: { name: 'a', nameQualifier } }).subject?.nameQualifier,
  ),
};

const attributeOf = (version: '1.1' | '2.0', changes: { name?: string; namespace?: string; value?: string }) => {
  const { name = 'n', namespace = 'urn:n', value = 'v' } = changes;
  return assertionWith({ version, attributes: [{ name, namespace, values: [value] }] }).attributes[0];
};
const ATTRIBUTE: Fields<AssertionAttribute> & {
  readonly values: readonly Field[];
  readonly audience: readonly Field[];
} = {
  name: both(anyText, (version, name) => attributeOf(version, { name })?.name),
  namespace: both(anyText, (version, namespace) => attributeOf(version, { namespace })?.namespace),
  values: both(anyText, (version, value) => attributeOf(version, { value })?.values[0]),
  audience: both(
    anyText,
    (version, audience) => assertionWith({ version, audiences: [audience] }, [audience]) && audience,
  ),
};

const TABLE = { MESSAGE, OPTIONS, HEADER, USER, ASSERTION, SUBJECT, ATTRIBUTE };
const rows = Object.entries(TABLE).flatMap(([type, fields]) =>
  Object.entries<Field | readonly Field[] | NoField>(fields).flatMap(([name, field]) =>
    typeof field === 'string'
      ? []
      : [field].flat().map((one: Field, place) => [`${type}.${name} ${place}`, one] as const),
  ),
);

describe('a text comes out as it was given', () => {
  test.each(rows)('%s', (_name, { texts, sent }) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(sent(text)).toBe(text);
      }),
      { numRuns: 15 },
    );
  });
});

test.each([
  ['', 'attached'],
  [' urn:a', 'attached'],
  ['urn:a\n', 'external'],
  ['#a:b', 'external'],
  ['relative', 'external'],
] as const)('the identifier "%s" (%s) is refused, since it would come out as another one', (identifier, token) => {
  const context = sampleContext({ identifier });
  const refused = { code: 'caller.option-invalid' };
  expect(seal(sampleEnvelope(), sampleRequest({ context, token }))).toMatchObject(refused);
  const keys = [{ secret: sampleSecret(), instance: `${identifier} `, createdAtMs: 0, expiresAtMs: NOW_MS * 2 }];
  expect(seal(sampleEnvelope(), sampleRequest({ context: sampleContext({ keys }), token }))).toMatchObject(refused);
});

test('Ids of the caller are kept, those that no reference can name refused', () => {
  const withId = (id: string) =>
    replaced(sampleEnvelope(), '<s:Body>', `<s:Body xmlns:u="${NAMESPACE_URIS[Namespace.wsu]}" u:Id="${id}">`);
  for (const id of ['B', '8', 'é😀', '&#x42;', '%41'])
    expect(messageWith(withId(id)).signed.map(({ role }) => role)).toContain('body');
  for (const id of ['', 'a b', 'a:b', 'a&amp;b', 'a&#9;'])
    expect(seal(withId(id), sampleRequest())).toMatchObject({ code: 'caller.input-invalid' });
});
