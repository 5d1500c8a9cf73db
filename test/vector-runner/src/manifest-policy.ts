/** The manifest's `policy` as a `Policy`. */
import type { Limits } from '@parley/core';
import type { Policy, PolicyChanges, PolicyName } from '@parley/engine';
import { policyOf } from '@parley/engine';
import { ADDRESSING_NAMES } from '@parley/engine/internal';
import type { JsonRecord } from './json-record.ts';
import { countField, textField, textListField } from './json-record.ts';

// Field of the manifest -> our limit. Where the manifest counts characters we count octets: equal for ASCII.
const LIMIT_FIELDS: ReadonlyMap<string, keyof Limits> = new Map([
  ['maxTokens', 'tokensMax'],
  ['maxReferences', 'referencesMax'],
  ['maxTransformsPerReference', 'transformsMax'],
  ['maxSignatures', 'signaturesMax'],
  ['maxDerivedKeyLength', 'derivedKeyBytesMax'],
  ['minDerivedKeyLength', 'derivedKeyBytesMin'],
  ['maxDerivedKeyOffset', 'derivedKeyOffsetMax'],
  ['maxDerivedKeyDepth', 'derivationDepthMax'],
  ['maxNonceOctets', 'nonceBytesMax'],
  ['minNonceOctets', 'nonceBytesMin'],
  ['maxLabelOctets', 'labelBytesMax'],
  ['maxIdentifierChars', 'identifierBytesMax'],
  ['maxDepth', 'depthMax'],
  ['maxNodes', 'nodesMax'],
  ['maxAttributesPerElement', 'attributesPerElementMax'],
  ['maxNamespaceDeclsPerElement', 'namespacesPerElementMax'],
  ['maxNameChars', 'nameBytesMax'],
  ['maxAttributeValueChars', 'attributeValueBytesMax'],
  ['maxMessageOctets', 'messageBytesMax'],
  ['maxEncryptedParts', 'encryptedPartsMax'],
]);

// Two say what the engine does anyway: `signatureAlgorithms` HMAC only, `maxEncryptionDepth` 1.
const OTHER_FIELDS: ReadonlySet<string> = new Set([
  'signed',
  'encrypted',
  'endpointAddress',
  'clockSkewSeconds',
  'maxEncryptionDepth',
  'signatureAlgorithms',
  'note',
]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the manifest's `policy` changes about a profile. @throws UnreadableVector */
export function policyChanges(fields: JsonRecord | undefined): PolicyChanges {
  if (fields === undefined) return {};
  const changes: Mutable<PolicyChanges> = { limits: limitChanges(fields) };
  const endpointAddress = textField(fields, 'endpointAddress');
  if (endpointAddress !== undefined) changes.endpointAddress = endpointAddress;
  const clockSkewSeconds = countField(fields, 'clockSkewSeconds');
  if (clockSkewSeconds !== undefined) changes.clockSkewMs = clockSkewSeconds * 1000;
  if (fields['signed'] !== undefined) {
    const signed = textListField(fields, 'signed');
    changes.requireSignedBody = signed.includes('soap:Body');
    changes.requireTimestamp = signed.includes('wsu:Timestamp');
    // `wsa:ReplyTo if present` and its like are what signed addressing means anyway.
    changes.requiredHeaders = ADDRESSING_NAMES.filter((name) => signed.includes(`wsa:${name}`));
    changes.requireSignedAddressing = signed.some((part) => part.startsWith('wsa:'));
  }
  if (fields['encrypted'] !== undefined) {
    changes.requireEncryptedBody = textListField(fields, 'encrypted').some((part) => part.startsWith('soap:Body'));
  }
  return changes;
}

/** The strict profile with what the manifest changes. @throws UnreadableVector */
export function strictPolicy(changes: PolicyChanges): Policy {
  return policyOf('strict', changes);
}

/** `profile` with the limits and addresses of the manifest, but its own idea of what must be signed. */
export function profilePolicy(profile: PolicyName, changes: PolicyChanges): Policy {
  const {
    requireSignedBody: _body,
    requireTimestamp: _timestamp,
    requireSignedAddressing: _addressing,
    requiredHeaders: _headers,
    requireEncryptedBody: _encrypted,
    ...rest
  } = changes;
  return policyOf(profile, rest);
}

/** Fields of the manifest's policy that this runner does not apply. */
export function unknownPolicyFields(fields: JsonRecord | undefined): readonly string[] {
  return Object.keys(fields ?? {}).filter((name) => !LIMIT_FIELDS.has(name) && !OTHER_FIELDS.has(name));
}

function limitChanges(fields: JsonRecord): Partial<Limits> {
  const limits: Partial<Mutable<Limits>> = {};
  for (const [field, limit] of LIMIT_FIELDS) {
    const value = countField(fields, field);
    if (value !== undefined) limits[limit] = value;
  }
  return limits;
}
