/** Why a digest differs: what senders do wrong is made from our own messages, one case a cause. */
import { createHash } from 'node:crypto';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { contextSource } from '@parley/core';
import type { CauseExplanation, ReferenceExplanation } from '@parley/engine';
import { explainDigests, open, policyOf } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const PAYLOAD =
  '<m:Ping xmlns:m="urn:m" xmlns:x="urn:x" type="x:y"> <m:a>one\ntwo</m:a> <m:b></m:b><m:c>  three </m:c></m:Ping>';
const POLICY = policyOf('strict', { allowComments: true });

const message = text(sealed(sampleEnvelope(PAYLOAD), sampleRequest()));
const [, bodyId] = / u:Id="([^"]*)"(?=>[^<]*<m:Ping)/.exec(message)!;

function explainedBody(xml: string): ReferenceExplanation {
  const reply = explainDigests(new TextEncoder().encode(xml), { policy: POLICY });
  if (!reply.ok) throw new Error(reply.code);
  const [signature] = reply.value;
  if (signature?.ok !== true) throw new Error('no signature');
  return signature.value.references.find(({ uri }) => uri === `#${bodyId}`)!;
}

const octetsText = ({ octets }: { readonly octets: Uint8Array }): string => Buffer.from(octets).toString('latin1');
const right = explainedBody(message);
const canonical = octetsText(right.covered!);

/** The message as it is, with the digest of other octets (Latin-1) for the Body. */
function digesting(octets: string, xml = message, hash: string = right.digest): string {
  const digest = createHash(hash).update(Buffer.from(octets, 'latin1')).digest('base64');
  return xml.replace(right.stated, digest);
}

const declared = / xmlns:[a-z]+="[^"]*"/g;

interface Case {
  readonly name: string;
  readonly xml: string;
  readonly cause: Partial<CauseExplanation> | undefined;
}

const indented = message.replace('<m:a>', '\n    <m:a>').replace('</m:Ping>', '\n  </m:Ping>');
const trimmed = canonical.replace('> <m:a', '><m:a').replace('</m:a> <', '</m:a><').replace('>  three <', '>three<');
const commented = message.replace('<m:b>', '<!-- why --><m:b>');
const withLanguage = message.replace('<s:Envelope ', '<s:Envelope xml:lang="en" ');

const CASES: readonly Case[] = [
  {
    name: 'indented after it was signed',
    xml: digesting(canonical.replaceAll('> <', '><'), indented),
    cause: { deviation: 'white-space-between-elements-removed' },
  },
  {
    name: 'lines with CR LF',
    xml: digesting(canonical.replaceAll('\n', '\r\n')),
    cause: { deviation: 'line-ends-crlf' },
  },
  {
    name: 'a written carriage return',
    xml: digesting(canonical.replaceAll('\n', '&#xD;\n')),
    cause: { deviation: 'carriage-returns-written' },
  },
  {
    name: 'a lost carriage return',
    xml: digesting(canonical, message.replace('one\n', 'one&#13;\n')),
    cause: { deviation: 'carriage-returns-lost' },
  },
  { name: 'texts without white space', xml: digesting(trimmed), cause: { deviation: 'text-trimmed' } },
  {
    name: 'white space as one blank',
    xml: digesting(canonical.replaceAll('\n', ' ').replaceAll('  ', ' ')),
    cause: { deviation: 'white-space-collapsed' },
  },
  {
    name: 'a byte order mark',
    xml: digesting(`\u00ef\u00bb\u00bf${canonical}`),
    cause: { deviation: 'byte-order-mark' },
  },
  {
    name: 'an XML declaration',
    xml: digesting(`<?xml version="1.0" encoding="UTF-8"?>${canonical}`),
    cause: { deviation: 'xml-declaration' },
  },
  { name: 'a line end behind', xml: digesting(`${canonical}\n`), cause: { deviation: 'line-end-behind' } },
  {
    name: 'empty-element tags',
    xml: digesting(canonical.replace('<m:b></m:b>', '<m:b/>')),
    cause: { deviation: 'empty-elements-not-expanded' },
  },
  {
    name: 'the content alone',
    xml: digesting(canonical.slice(canonical.indexOf('>') + 1, canonical.lastIndexOf('</'))),
    cause: { deviation: 'content-only' },
  },
  {
    name: 'comments kept',
    xml: digesting(canonical.replace('<m:b>', '<!-- why --><m:b>'), commented),
    cause: { form: 'exclusive-with-comments' },
  },
  ...(['sha1', 'sha384', 'sha512'] as const).map((digest) => ({
    name: `digest ${digest}`,
    xml: digesting(canonical, message, digest),
    cause: { digest },
  })),
  {
    name: 'a PrefixList that is not said',
    xml: digesting(canonical.replace('<m:Ping xmlns:m="urn:m"', '<m:Ping xmlns:m="urn:m" xmlns:x="urn:x"')),
    cause: { inclusivePrefixes: ['x'] },
  },
  {
    name: 'the octets as they are written',
    xml: digesting(
      /<s:Body .*<\/s:Body>/s.exec(message)![0].replace('type="x:y"', "type='x:y'"),
      message.replace('type="x:y"', "type='x:y'"),
    ),
    cause: { form: 'as-written' },
  },
];

test('a digest that is right is said to be', () => {
  expect(right).toMatchObject({ covered: { localName: 'Body', form: 'exclusive', isRight: true }, cause: undefined });
  expect(right.covered?.computed).toBe(right.stated);
});

test.each(CASES)('$name', ({ xml, cause }) => {
  const found = explainedBody(xml);
  expect(found.covered?.isRight).toBe(false);
  const nothing = {
    form: undefined,
    inclusivePrefixes: undefined,
    digest: undefined,
    deviation: undefined,
    element: undefined,
  };
  expect(found.cause).toMatchObject({ ...nothing, ...cause });
  // What is told has the digest of the message: nothing is guessed.
  const digest = createHash(found.cause?.digest ?? found.digest).update(found.cause!.octets);
  expect(digest.digest('base64')).toBe(found.stated);
});

test('a sender of another canonical form: the form', () => {
  // The scope of the Body in inclusive C14N: all that the Envelope and the Body declare, in the order of prefixes.
  const envelope = /<s:Envelope ([^>]*)>/.exec(message)![0].match(declared) ?? [];
  const body = /<s:Body[^>]*>/.exec(message)![0].match(declared) ?? [];
  const all = [...new Set([...envelope, ...body])].sort((one, other) => (one < other ? -1 : 1)).join('');
  const octets = canonical
    .replace(/<s:Body[^>]*>/, `<s:Body${all} u:Id="${bodyId}">`)
    .replace('<m:Ping xmlns:m="urn:m"', '<m:Ping xmlns:m="urn:m" xmlns:x="urn:x"');
  expect(explainedBody(digesting(octets)).cause).toMatchObject({ form: 'inclusive', deviation: undefined });
  const exclusive = CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'exclusive')!.uri;
  const inclusive = CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'inclusive')!.uri;
  const said = withLanguage.replaceAll(
    `<ds:Transform Algorithm="${exclusive}"`,
    `<ds:Transform Algorithm="${inclusive}"`,
  );
  expect(said).not.toBe(withLanguage);
  expect(explainedBody(digesting(octets, said)).cause).toMatchObject({
    form: undefined,
    deviation: 'xml-attributes-missing',
  });
});

test('a reference that was mixed up: the element whose digest it is', () => {
  const reply = explainDigests(new TextEncoder().encode(message), { policy: POLICY });
  const references = reply.ok && reply.value[0]?.ok === true ? reply.value[0].value.references : [];
  const other = references.find(({ covered }) => covered?.localName === 'To')!;
  expect(explainedBody(message.replace(right.stated, other.stated)).cause).toMatchObject({
    element: { localName: 'To' },
  });
});

test('what nothing explains is told as such', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
      const changed = explainedBody(message.replace('one\ntwo', `one${word}two`));
      expect(changed.covered?.isRight).toBe(false);
      expect(changed.cause).toBeUndefined();
    }),
  );
});

describe('what cannot be seen', () => {
  const encrypted = sealed(
    sampleEnvelope(PAYLOAD),
    sampleRequest({ encrypt: 'body', order: 'sign-then-encrypt', keys: 'explicit' }),
  );
  const bodyOf = (contexts?: ReturnType<typeof contextSource>): ReferenceExplanation => {
    const reply = explainDigests(encrypted, { policy: POLICY, atMs: NOW_MS, ...(contexts && { contexts }) });
    const signature = reply.ok ? reply.value[0] : undefined;
    if (signature?.ok !== true) throw new Error('no signature');
    return signature.value.references.find(({ covered }) => covered?.localName === 'Body')!;
  };

  test('an encrypted Body is explained with its keys, as it was signed', () => {
    expect(bodyOf().covered).toMatchObject({ isRight: false, holdsCiphertext: true });
    const seen = bodyOf(contextSource([sampleContext()]));
    expect(seen.covered).toMatchObject({ isRight: true, holdsCiphertext: false });
    expect(octetsText(seen.covered!)).toContain('<m:c>  three </m:c>');
  });

  test('a reference to nothing, and a message that is none', () => {
    const unresolved = message.replace(`URI="#${bodyId}"`, 'URI="#nowhere"');
    const reply = explainDigests(new TextEncoder().encode(unresolved), { policy: POLICY });
    const references = reply.ok && reply.value[0]?.ok === true ? reply.value[0].value.references : [];
    expect(references.find(({ uri }) => uri === '#nowhere')).toMatchObject({ covered: undefined, cause: undefined });
    expect(explainDigests(new TextEncoder().encode('<a'), { policy: POLICY })).toMatchObject({
      code: 'peer.xml-malformed',
    });
    expect(explainDigests(new TextEncoder().encode('<a/>'), { policy: POLICY })).toMatchObject({
      code: 'peer.structure-invalid',
    });
  });
});

test('open says no more of a digest than it did', () => {
  const request = { atMs: NOW_MS, policy: POLICY, contexts: contextSource([sampleContext()]) };
  const changed = new TextEncoder().encode(message.replace('one\ntwo', 'one two'));
  const reply = open(changed, request);
  expect(reply).toMatchObject({ ok: false, code: 'peer.digest-mismatch' });
  expect(Object.keys(reply.ok ? {} : reply.detail)).toEqual(['reference']);
});
