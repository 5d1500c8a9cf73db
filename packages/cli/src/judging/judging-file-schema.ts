/** What `--config` of verify and inspect says. Files are named from the folder that it is in. */
import type { PolicyChanges, PolicyName } from '@parley/engine';
import { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES } from '@parley/engine';
import type { ContextsOption } from '../options/contexts-option.ts';

export interface JudgingFile extends ContextsOption {
  readonly at?: string;
  readonly profile?: PolicyName;
  /** Changes to the profile; `policyOf` judges them. */
  readonly policy?: PolicyChanges;
  /** Trust anchors, in PEM: whose certificates may sign. */
  readonly trust?: string;
  /** Certificates that messages only name, or that peers leave out, in PEM. */
  readonly known?: readonly string[];
  /** For EncryptedKeys that are meant for us. */
  readonly ownKeys?: readonly { readonly certificate: string; readonly key: string }[];
  /** Whose SAML assertions count. */
  readonly issuers?: readonly { readonly name: string; readonly trust: string; readonly known?: readonly string[] }[];
  /** User -> the file with his password. */
  readonly passwords?: Readonly<Record<string, string>>;
}

const file = { type: 'string', minLength: 1 } as const;
const files = { type: 'array', items: file } as const;

/** An object that has no other members. */
export function exactly(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** As `--at` takes it. */
const AT = '^(message|now|\\d{4}-\\d{2}-\\d{2}T[0-9:.]+(Z|[+-]\\d{2}:\\d{2}))$';

/** The schemas of its members. */
export const JUDGING_PROPERTIES: Readonly<Record<string, object>> = {
  contexts: { ...file, description: 'folder of a context store' },
  kek: { ...file, description: "file of the store's key-encryption key" },
  keys: { ...file, description: 'keys file, instead of a store' },
  at: { ...file, pattern: AT, description: 'message, now, or an instant' },
  profile: { enum: [...PROFILE_NAMES, ...BOOTSTRAP_PROFILE_NAMES] },
  policy: { type: 'object', description: 'changes to the profile: PolicyChanges' },
  trust: { ...file, description: 'trust anchors (PEM)' },
  known: { ...files, description: 'certificates that messages only name (PEM)' },
  ownKeys: {
    type: 'array',
    items: exactly({ certificate: file, key: file }, ['certificate', 'key']),
    description: 'private keys that EncryptedKeys are meant for (PEM)',
  },
  issuers: {
    type: 'array',
    items: exactly({ name: file, trust: file, known: files }, ['name', 'trust']),
    description: 'issuers of SAML assertions, as they spell themselves, and the anchors of each',
  },
  passwords: { type: 'object', additionalProperties: file, description: 'user: the file with his password' },
};

/** The schema of {@link JudgingFile}. */
export const JUDGING_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Parley: how messages are judged',
  ...exactly(JUDGING_PROPERTIES),
};
