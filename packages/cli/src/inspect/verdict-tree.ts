import type { Reply } from '@parley/core';
import { formatInstant, printable } from '@parley/core/internal';
import type { EncryptedPart, KeyUse, OpenedMessage, SignedPart, SymmetricKeyUse } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import { qualifiedName } from './element-text.ts';
import type { Tree } from './tree.ts';

/** The verdict for people; `undefined` when there were no keys to judge with. */
export function verdictTree(reply: Reply<OpenedMessage> | undefined): Tree {
  if (reply === undefined) return { label: 'verdict  not checked (no keys)' };
  if (!reply.ok) return { label: `verdict  refused: ${faultText(reply.code, reply.detail)}` };
  const { signed, encrypted, understoodHeaders, createdAtMs, principal } = reply.value;
  const of = principal === undefined ? '' : `, of ${printable(principal)}`;
  const created = createdAtMs === undefined ? '' : `, created ${formatInstant(createdAtMs)}`;
  const proofs = new Map<string, Tree[]>();
  const add = (proof: string, label: string): void => {
    proofs.set(proof, [...(proofs.get(proof) ?? []), { label }]);
  };
  for (const part of signed)
    add(`signed  ${part.algorithm}, key ${keyUseText(part.key)}`, `${partName(part)}, ${part.digest}`);
  for (const part of encrypted)
    add(`encrypted  ${part.cipher}, key ${keyUseText(part.key)}`, `${partName(part)} (${part.target})`);
  for (const { namespace, localName, signed: isSigned } of understoodHeaders)
    add(
      'left to the application',
      `${printable(qualifiedName(namespace, localName))}, ${isSigned ? 'signed' : 'not signed'}`,
    );
  const children = [...proofs].map(([label, parts]) => ({ label, children: parts }));
  return { label: `verdict  valid${of}${created}`, children };
}

/** The verdict for machines: what was proved, without any octets of the message. */
export function verdictJson(reply: Reply<OpenedMessage> | undefined): unknown {
  if (reply === undefined) return null;
  if (!reply.ok) return { ok: false, code: reply.code, detail: reply.detail };
  const { body: _body, verified: _verified, assertions, signed, ...rest } = reply.value;
  return {
    ok: true,
    code: null,
    ...rest,
    assertions: assertions.map(({ bytes, ...assertion }) => ({ ...assertion, canonicalBytes: bytes.length })),
    signed: signed.map(({ bytes, ...part }) => ({ ...part, canonicalBytes: bytes.length })),
  };
}

function partName(part: SignedPart | EncryptedPart): string {
  return printable(qualifiedName(part.namespace, part.localName));
}

/** A key and what it came from, as a line. */
export function keyUseText(key: KeyUse): string {
  if (key.source === 'certificate') return `certificate ${printable(key.subject)}`;
  const steps = key.derivation.map(
    (step) => `${step.implied ? 'implied ' : ''}derived [${step.offsetBytes}, ${step.offsetBytes + step.lengthBytes})`,
  );
  return [...steps.reverse(), secretText(key)].join(' ← ');
}

function secretText(key: SymmetricKeyUse): string {
  switch (key.source) {
    case 'context': {
      const instance = key.instance === undefined ? '' : ` instance ${printable(key.instance)}`;
      return `context ${printable(key.identifier)}${instance}`;
    }
    case 'encrypted-key':
    case 'known-encrypted-key':
      return `encrypted key ${key.sha1Base64}`;
    case 'username':
      return `password of ${printable(key.username)}`;
    case 'saml':
      return `SAML assertion ${printable(key.assertionId)}`;
  }
}
