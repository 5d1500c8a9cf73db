import { DEFAULT_LABEL, digestAlgorithm } from '@parley/core';
import { cipherAlgorithm, macAlgorithm, printable } from '@parley/core/internal';
import type { DerivationClaim, KeyStep } from './describe-key.ts';
import type {
  BodyDescription,
  EncryptedDataDescription,
  MessageDescription,
  ReferenceDescription,
  SecurityItem,
} from './describe-message.ts';
import type { Tree } from './tree.ts';

/** The description as a tree for people, without the verdict. */
export function descriptionTree(description: MessageDescription): readonly Tree[] {
  const { soapVersion, root, addressing, headers, sequences, security, body } = description;
  if (soapVersion === undefined) return [{ label: `the root is ${printable(root)}, no soap:Envelope` }];
  return [
    ...addressing.map(({ name, value }) => ({ label: `${name}  ${shown(value)}` })),
    ...headers.map((name) => ({ label: printable(name) })),
    ...(sequences.length === 0
      ? []
      : [{ label: 'sequences', children: sequences.map((line) => ({ label: printable(line) })) }]),
    security === undefined
      ? { label: 'no wsse:Security header' }
      : { label: 'wsse:Security', children: security.map(itemTree) },
    body === undefined ? { label: 'no soap:Body' } : bodyTree(body),
  ];
}

function itemTree(item: SecurityItem): Tree {
  switch (item.kind) {
    case 'timestamp':
      return { label: `wsu:Timestamp  created ${shown(item.created)}, expires ${shown(item.expires)}` };
    case 'security-context-token': {
      const instance = item.instance === undefined ? '' : `, instance ${shown(item.instance)}`;
      return {
        label: `wsc:SecurityContextToken${idText(item.id)}  ${shown(item.identifier)}${instance} (${item.version})`,
      };
    }
    case 'derived-key-token':
      return {
        label: `wsc:DerivedKeyToken${idText(item.id)}  ${derivationText(item.derivation)}`,
        children: [{ label: `from ${keyText(item.from)}` }],
      };
    case 'signature':
      return {
        label: `ds:Signature${idText(item.id)}  ${algorithmText(item.algorithm)}, key ${keyText(item.key)}`,
        children: item.references.map((reference) => ({ label: referenceText('covers', reference) })),
      };
    case 'reference-list':
      return {
        label: 'xenc:ReferenceList',
        children: item.references.map((reference) => ({ label: referenceText('names', reference) })),
      };
    case 'encrypted-data':
      return { label: encryptedText(item) };
    case 'other':
      return { label: `${printable(item.name)}${idText(item.id)}` };
  }
}

function bodyTree(body: BodyDescription): Tree {
  const children =
    body.encrypted === undefined
      ? body.children.map((name) => ({ label: printable(name) }))
      : [{ label: encryptedText(body.encrypted) }];
  return { label: `soap:Body${idText(body.id)}  ${body.sizeBytes} octets`, children };
}

function encryptedText(data: EncryptedDataDescription): string {
  const target =
    data.target === undefined ? '' : ` of ${data.target === 'element' ? 'an element' : shown(data.target)}`;
  return `xenc:EncryptedData${idText(data.id)}${target}  ${algorithmText(data.algorithm)}, key ${keyText(data.key)}`;
}

function referenceText(verb: string, reference: ReferenceDescription): string {
  const digest = reference.digest === undefined ? '' : `, ${algorithmText(reference.digest)}`;
  const { covers, isTokenTransform, refused, uri } = reference;
  const why = refused === undefined ? '' : ` (${refused})`;
  if (covers === undefined) return `${verb} nothing here: ${shown(uri)}${why}${digest}`;
  return `${verb} ${isTokenTransform ? 'the token of ' : ''}${printable(covers)} (${shown(uri)})${digest}`;
}

/** A key and where it comes from: `#dk1 ← context urn:uuid:…`. */
export function keyText(steps: readonly KeyStep[]): string {
  return steps.map(stepText).join(' ← ');
}

function stepText(step: KeyStep): string {
  switch (step.kind) {
    case 'context':
      return `context ${shown(step.identifier)}${step.instance === undefined ? '' : ` instance ${shown(step.instance)}`}`;
    case 'derived':
      return step.id === undefined
        ? `implied derivation (${derivationText(step.derivation)})`
        : `#${printable(step.id)}`;
    case 'unknown':
      return `unknown (${printable(step.reference)})`;
  }
}

function derivationText(claim: DerivationClaim): string {
  const start = claim.generation === undefined ? `offset ${claim.offset ?? '0'}` : `generation ${claim.generation}`;
  const label = claim.label === undefined || claim.label === DEFAULT_LABEL ? 'default label' : `label ${claim.label}`;
  const nonce = claim.nonceBytes === undefined ? 'no nonce' : `nonce of ${claim.nonceBytes} octets`;
  return printable(`${start}, length ${claim.length ?? '32'}, ${label}, ${nonce}`);
}

// Known algorithms go by their short names, the rest by what stands there.
function algorithmText(uri: string | undefined): string {
  if (uri === undefined) return 'no algorithm';
  for (const rowOf of [macAlgorithm, cipherAlgorithm, digestAlgorithm]) {
    try {
      return rowOf(uri).name;
    } catch {
      // Not of this kind.
    }
  }
  return printable(uri);
}

function idText(id: string | undefined): string {
  return id === undefined ? '' : ` #${printable(id)}`;
}

function shown(text: string | undefined): string {
  return text === undefined ? '(none)' : printable(text);
}
