/** What `--config` of relay says: all of a judging file, and where messages come from and go to. */
import { dirname, resolve } from 'node:path';
import type { SealProfileName } from '@parley/engine';
import { SEAL_PROFILE_NAMES } from '@parley/engine';
import { Files, readDocument } from '@parley/gateway';
import { credentialsOf } from '../judging/file-credentials.ts';
import type { GivenCredentials } from '../judging/given-credentials.ts';
import type { JudgingFile } from '../judging/judging-file-schema.ts';
import { exactly, JUDGING_PROPERTIES } from '../judging/judging-file-schema.ts';
import { requireOnePlace } from '../options/contexts-option.ts';
import { readInput } from '../options/read-input.ts';

/** What a relay does to messages. */
export const DEEDS = ['verify', 'open', 'seal', 'reseal'] as const;
export type Deed = (typeof DEEDS)[number];

export interface RelayFile extends Omit<JudgingFile, 'at'> {
  readonly from?: string;
  readonly to?: string;
  readonly deadLetters?: string;
  readonly do?: Deed;
  readonly at?: 'delivered' | 'now';
  readonly workers?: number;
  /** How long a bus that is not there at the start is waited for. */
  readonly waitSeconds?: number;
  readonly seal?: SealSettings;
}

export interface SealSettings {
  readonly context: string;
  readonly profile?: SealProfileName;
  /** Of the Timestamps. */
  readonly lifetimeSeconds?: number;
}

const text = { type: 'string', minLength: 1 } as const;
const LIFETIME_MAX_SECONDS = 86_400;

/** The schema of {@link RelayFile}. */
export const RELAY_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Parley: from a bus to a bus',
  ...exactly({
    ...JUDGING_PROPERTIES,
    from: { ...text, description: 'address of the bus that messages come from' },
    to: { ...text, description: 'address of the bus that results go to' },
    deadLetters: { ...text, description: 'address of the bus that refused messages go to' },
    do: { enum: DEEDS },
    at: { enum: ['delivered', 'now'], description: 'when messages are judged as of' },
    workers: { type: 'integer', minimum: 0, maximum: 256 },
    waitSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: LIFETIME_MAX_SECONDS,
      description: 'how long a bus that is not there at the start is waited for; default: for ever',
    },
    seal: exactly(
      {
        context: { ...text, description: 'identifier of the context to seal under' },
        profile: { enum: SEAL_PROFILE_NAMES },
        lifetimeSeconds: { type: 'integer', minimum: 1, maximum: LIFETIME_MAX_SECONDS },
      },
      ['context'],
    ),
  }),
};

/** The file, with the paths in it as they are from here. @throws Fault `caller.input-unreadable`, `caller.option-invalid` */
export async function readRelayFile(
  path: string,
): Promise<{ readonly content: RelayFile; readonly credentials: GivenCredentials | undefined }> {
  const content = readDocument<RelayFile>(new TextDecoder().decode(await readInput(path)), path, RELAY_SCHEMA);
  requireOnePlace(content, path);
  const folder = dirname(resolve(path));
  const { at: _, ...judging } = content;
  const credentials = await credentialsOf(judging, new Files(folder));
  const placed = Object.fromEntries(
    (['contexts', 'kek', 'keys'] as const).flatMap((name) => {
      const given = content[name];
      return given === undefined ? [] : [[name, resolve(folder, given)]];
    }),
  );
  return { content: { ...content, ...placed }, credentials };
}
