/** Messages of test/vectors/field-cases and their right answers. */
import { readFileSync } from 'node:fs';
import type { KeyInstance, Reply, SecurityContext, Version } from '@parley/core';
import { Certificate, contextSource, DEFAULT_LIMITS, PrivateKey, Secret, Trust } from '@parley/core';
import {
  type Credentials,
  type OpenedMessage,
  type OpenRequest,
  open,
  type PolicyChanges,
  type PolicyName,
  policyOf,
} from '@parley/engine';

const FOLDER = new URL('../../vectors/field-cases/', import.meta.url);
const DEFAULT_AT = '2026-11-29T18:49:00Z';

export interface FieldCase {
  readonly name: string;
  /** Where it is not `<name>.xml`. */
  readonly file?: string;
  readonly about: string;
  readonly profile?: PolicyName;
  readonly policy?: PolicyChanges;
  readonly at?: string;
  readonly trust?: readonly string[];
  readonly known?: readonly string[];
  readonly own?: readonly string[];
  readonly passwords?: Readonly<Record<string, string>>;
  readonly sent?: readonly string[];
  /** Beside those of contexts.json. */
  readonly contexts?: readonly KeyRow[];
  readonly expected: Readonly<Record<string, unknown>>;
}

export function fieldCases(): readonly FieldCase[] {
  return JSON.parse(textOf('cases.json'));
}

export function messageOf({ name, file = `${name}.xml` }: FieldCase): Uint8Array {
  return new Uint8Array(readFileSync(new URL(file, FOLDER)));
}

/** What `open` says of the message, or of another in its place, in the terms of `expected`. */
export function answerTo(
  fieldCase: FieldCase,
  message: Uint8Array = messageOf(fieldCase),
): Readonly<Record<string, unknown>> {
  return answerOf(open(message, requestOf(fieldCase)));
}

/** What the message is opened with. */
export function requestOf(fieldCase: FieldCase): OpenRequest {
  const { profile, policy, at = DEFAULT_AT, sent } = fieldCase;
  return {
    atMs: at === 'message' ? at : Date.parse(at),
    policy: policyOf(profile, policy),
    contexts: contextSource([...contextsOf(listedKeys()), ...contextsOf(fieldCase.contexts ?? [])]),
    credentials: credentialsOf(fieldCase),
    signatureValuesSent: sent,
  };
}

function answerOf(reply: Reply<OpenedMessage>): Readonly<Record<string, unknown>> {
  if (!reply.ok) return { code: reply.code, detail: reply.detail };
  const { action, to, messageId, user, version, signed, encrypted, body, understoodHeaders, claimedAddressing } =
    reply.value;
  const text = new TextDecoder().decode(body);
  return {
    action,
    to,
    messageId,
    user: user?.username,
    version,
    signed: signed.map(({ role }) => role),
    encrypted: encrypted.map(({ role }) => role),
    understood: understoodHeaders.map(
      ({ localName, signed: isSigned }) => `${localName} ${isSigned ? 'signed' : 'unsigned'}`,
    ),
    claimed: claimedAddressing,
    body: text,
    content: text.slice(text.indexOf('>') + 1, text.lastIndexOf('<')),
  };
}

function credentialsOf({
  trust,
  known = [],
  own = [],
  passwords = {},
}: Omit<FieldCase, 'name' | 'about' | 'expected'>): Credentials {
  return {
    trust:
      trust &&
      new Trust({ anchors: trust.map(certificate), intermediates: known.map(certificate), revocation: 'if-listed' }),
    ownKeys: own.map((name) => ({
      certificate: certificate(name),
      privateKey: PrivateKey.read(
        { format: 'pem', bytes: readFileSync(new URL(`keys/${name}.key`, FOLDER)) },
        { uses: ['encryption', 'rsa-1_5'] },
      ),
    })),
    passwords: new Map(
      Object.entries(passwords).map(([user, password]) => [user, Secret.copyOf(Buffer.from(password))]),
    ),
  };
}

function certificate(name: string): Certificate {
  const [first] = Certificate.readPem(readFileSync(new URL(`keys/${name}.pem`, FOLDER)), DEFAULT_LIMITS);
  if (first === undefined) throw new Error(`${name}.pem has no certificate`);
  return first;
}

function listedKeys(): readonly KeyRow[] {
  const { contexts }: { readonly contexts: readonly KeyRow[] } = JSON.parse(textOf('contexts.json'));
  return contexts;
}

function contextsOf(rows: readonly KeyRow[]): readonly SecurityContext[] {
  const identifiers = new Set(rows.map(({ identifier }) => identifier));
  return [...identifiers].map((identifier) => ({
    identifier,
    version: rows.find((row) => row.identifier === identifier)?.version,
    suite: 'Basic256',
    keys: rows.filter((row) => row.identifier === identifier).map(keyOf),
    createdAtMs: 0,
    expiresAtMs: Number.POSITIVE_INFINITY,
    cancelledAtMs: undefined,
    principal: undefined,
  }));
}

interface KeyRow {
  readonly identifier: string;
  readonly version?: Version;
  readonly instance?: string;
  readonly secret: string;
}

function keyOf({ instance, secret }: KeyRow): KeyInstance {
  return {
    instance,
    secret: Secret.copyOf(Buffer.from(secret, 'base64')),
    createdAtMs: 0,
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}

function textOf(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8');
}
