/** What a profile writes is what its peer's template shows, and the policy of that name opens it. */
import { readFileSync } from 'node:fs';
import type { Tape } from '@parley/codec';
import { firstChild, localNameOf, nextSibling } from '@parley/codec';
import type { SealProfileName } from '@parley/engine';
import { policyOf, SEAL_PROFILE_NAMES, sealProfile } from '@parley/engine';
import { readMessage } from '@parley/engine/internal';
import { describe, expect, test } from 'vitest';
import { read } from '../../codec/support/reading.ts';
import { openedBy, SOAP11, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const WCF = new URL('../../vectors/wcf/corewcf-designdoc/', import.meta.url);
const DIRECTIONS = ['request', 'response'] as const;
const DOCUMENT = readFileSync(new URL('../../../docs/profiles.md', import.meta.url), 'utf8');

const roads = SEAL_PROFILE_NAMES.flatMap((name) =>
  DIRECTIONS.filter((direction) => name !== 'wcf-mixed' || direction === 'request').map((direction) => ({
    name,
    direction,
  })),
);

function messageOf(name: SealProfileName, direction: (typeof DIRECTIONS)[number], suite = 'Basic256' as const) {
  const request = sampleRequest({ context: sampleContext({ suite }), ...sealProfile(name, direction) });
  return sealed(sampleEnvelope(), request);
}

/** The elements inside `element`, as names in brackets; of like references one. */
function outline(tape: Tape, element: number): string {
  const children: string[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    const inside = outline(tape, child);
    const name = inside === '' ? localNameOf(tape, child) : `${localNameOf(tape, child)}(${inside})`;
    if (!name.startsWith('Reference(') || name !== children.at(-1)) children.push(name);
  }
  return children.join(' ');
}

function securityOutline(message: Uint8Array): string {
  const { tape, security } = readMessage(read(message), policyOf('wcf-mixed'));
  return outline(tape, security.element);
}

describe.each(roads)('$name, $direction', ({ name, direction }) => {
  test.each(['Basic256', 'Basic128Sha256'] as const)('is opened by the policy of its name, %s', (suite) => {
    const context = sampleContext({ suite });
    for (const soap of [SOAP11, undefined]) {
      const message = sealed(
        sampleEnvelope(undefined, soap),
        sampleRequest({ context, ...sealProfile(name, direction) }),
      );
      expect(openedBy(message, context, policyOf(name))).toMatchObject({ ok: true });
    }
  });
});

// The page shows these.
const shown = roads.filter(
  ({ name, direction }) => direction === 'request' || name === 'cxf' || name === 'wcf-message',
);

test.each(shown)('the documentation shows the header of $name, $direction', ({ name, direction }) => {
  const sample = new TextEncoder().encode(sampleOf(`${name}, ${direction}`));
  expect(outline(read(sample), 0)).toBe(securityOutline(messageOf(name, direction)));
});

/** The XML under the heading `### title`. */
function sampleOf(title: string): string {
  const sample = new RegExp(`^### ${title}\\n+\`\`\`xml\\n(.*?)\`\`\``, 'ms').exec(DOCUMENT);
  if (sample === null) throw new Error(`docs/profiles.md shows nothing for ${title}`);
  const declarations = ['s', 'o', 'u', 'c', 'ds', 'e'].map((prefix) => `xmlns:${prefix}="urn:${prefix}"`);
  return sample[1]!.replace('<o:Security', `<o:Security ${declarations.join(' ')}`);
}

test('wcf-mixed has the header of a recorded request (peers-wcf §2.7)', () => {
  const recorded = new Uint8Array(readFileSync(new URL('03-app-request.min.xml', WCF)));
  expect(securityOutline(messageOf('wcf-mixed', 'request'))).toBe(securityOutline(recorded));
});

test('wcf-message has the header of protocol §12.7, without the defaults of a derived key (peers-wcf §2.8)', () => {
  const key = 'SecurityTokenReference(Reference)';
  const data = `EncryptedData(EncryptionMethod KeyInfo(${key}) CipherData(CipherValue))`;
  const tokens = `DerivedKeyToken(${key} Offset Length Nonce) DerivedKeyToken(${key} Nonce)`;
  const rest = `${tokens} ReferenceList(DataReference DataReference) ${data}`;
  const time = 'Timestamp(Created Expires)';
  expect(securityOutline(messageOf('wcf-message', 'request'))).toBe(`${time} SecurityContextToken(Identifier) ${rest}`);
  expect(securityOutline(messageOf('wcf-message', 'response'))).toBe(`${time} ${rest}`);
});

test('the MAC follows the suite for WCF only (protocol §7.4)', () => {
  const macs = SEAL_PROFILE_NAMES.map((name) => {
    const context = sampleContext({ suite: 'Basic256Sha256' });
    const message = sealed(sampleEnvelope(), sampleRequest({ context, ...sealProfile(name, 'request') }));
    const reply = openedBy(message, context, policyOf(name));
    return reply.ok ? [name, reply.value.signed[0]?.algorithm] : [name, reply.code];
  });
  expect(Object.fromEntries(macs)).toEqual({
    cxf: 'hmac-sha1',
    'wcf-message': 'hmac-sha256',
    'wcf-mixed': 'hmac-sha256',
    websphere: 'hmac-sha1',
    metro: 'hmac-sha1',
  });
});

test('T08: a signature of wcf-mixed covers the Timestamp alone, and only its policy takes that', () => {
  const message = messageOf('wcf-mixed', 'request');
  expect(text(message).match(/<ds:Reference /g)).toHaveLength(1);
  const context = sampleContext({ suite: 'Basic256' });
  for (const name of ['strict', ...SEAL_PROFILE_NAMES] as const) {
    const code = openedBy(message, context, policyOf(name));
    expect(code.ok ? 'ok' : code.code).toBe(name === 'wcf-mixed' ? 'ok' : 'peer.coverage-missing');
  }
});

test('there is no sealed response in mixed mode, and no profile without a name', () => {
  const invalid = expect.objectContaining({ code: 'caller.option-invalid' });
  expect(() => sealProfile('wcf-mixed', 'response')).toThrowError(invalid);
  expect(() => sealProfile('axis' as 'cxf', 'request')).toThrowError(invalid);
});
