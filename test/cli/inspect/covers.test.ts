/** What inspect says a reference covers is what the plan of `open` says, and nothing where `open` refuses the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Policy } from '@parley/engine';
import { planOf, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { describeMessage } from '../../../packages/cli/src/inspect/describe-message.ts';
import { qualifiedName } from '../../../packages/cli/src/inspect/element-text.ts';
import { fieldCases, messageOf, requestOf } from '../../engine/support/field-case.ts';
import { sampleEnvelope, sampleRequest, sealed, text } from '../../engine/support/sample.ts';

const VECTORS = new URL('../../vectors/', import.meta.url);

interface Subject {
  readonly name: string;
  readonly message: Uint8Array;
  readonly policy: Policy;
}

const FOLDERS = ['wssc-adversarial', 'wssc-valid', 'wssc-rampart-transcript'];
const PROFILES = ['strict', 'cxf', 'timestamp-only', 'tolerant'] as const;
const subjects: readonly Subject[] = [
  ...fieldCases().map((fieldCase) => ({
    name: fieldCase.name,
    message: messageOf(fieldCase),
    policy: requestOf(fieldCase).policy,
  })),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, VECTORS))
      .filter((name) => name.endsWith('.xml'))
      .flatMap((name) => {
        const message = readFileSync(new URL(`${folder}/${name}`, VECTORS));
        return PROFILES.map((profile) => ({
          name: `${folder}/${name} as ${profile}`,
          message,
          policy: policyOf(profile),
        }));
      }),
  ),
];

/** Codes with which `open` refuses what a reference names. */
const REFUSALS = ['peer.ref-unresolved', 'peer.id-duplicate'];

function coveredIn({ message, policy }: Subject): readonly string[] | undefined {
  try {
    const items = describeMessage(message, policy).security ?? [];
    return items.flatMap((item) =>
      item.kind === 'signature'
        ? item.references.flatMap(({ covers, isTokenTransform }) =>
            covers === undefined || isTokenTransform ? [] : [covers],
          )
        : [],
    );
  } catch {
    return undefined;
  }
}

test('every statement of what is covered is that of the plan', () => {
  let planned = 0;
  let refused = 0;
  for (const subject of subjects) {
    const plan = planOf(subject.message, { policy: subject.policy });
    const covered = coveredIn(subject);
    if (!plan.ok) {
      if (covered === undefined || !REFUSALS.includes(plan.code)) continue;
      refused += 1;
      // Of a message with an Id twice nothing is covered; of one with a reference to nothing, that one covers nothing.
      if (plan.code === 'peer.id-duplicate') expect(covered, subject.name).toEqual([]);
      continue;
    }
    // What ciphertext hides cannot be compared: signatures, or the tokens of theirs.
    if (plan.value.moreAfterDecryption) continue;
    planned += 1;
    const references = plan.value.signatures.flatMap((signature) => signature.references);
    const names = references.flatMap(({ namespace, localName, isTokenTransform }) =>
      isTokenTransform ? [] : [qualifiedName(namespace, localName)],
    );
    // The same part said again is said once in the plan.
    expect(new Set(covered), subject.name).toEqual(new Set(names));
  }
  expect(planned).toBeGreaterThan(60);
  expect(refused).toBeGreaterThan(5);
});

describe('an Id that only some policies take', () => {
  const message = text(sealed(sampleEnvelope(), sampleRequest()));
  const [attribute, id] = / u:Id="([^"]*)"(?=>[^<]*<m:Ping)/.exec(message)!;
  const renamed = (name: string): string => message.replace(attribute, ` ${name}="${id}"`);
  const coversBody = (xml: string, policy: Policy): readonly string[] | undefined =>
    coveredIn({ name: '', message: new TextEncoder().encode(xml), policy })?.filter((name) => name === 'soap:Body');

  test.each([
    ['wsu:Id', message, 1, 1],
    ['Id without a prefix', renamed('Id'), 0, 1],
    ['xml:id', renamed('xml:id'), 0, 0],
    ['id', renamed('id'), 0, 0],
    ['an Id twice', message.replace('</s:Envelope>', `<a Id="${id}"/></s:Envelope>`), 0, 0],
  ] as const)('%s', (_, xml, strict, tolerant) => {
    expect(coversBody(xml, policyOf('strict'))).toHaveLength(strict);
    expect(coversBody(xml, policyOf('tolerant'))).toHaveLength(tolerant);
  });
});
