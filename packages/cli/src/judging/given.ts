/** All that messages are judged by: the options, over what a configuration file says. */
import { resolve } from 'node:path';
import type { PolicyName } from '@parley/engine';
import type { ContextsOption } from '../options/contexts-option.ts';
import type { PolicyOption } from '../options/policy-option.ts';
import type { GivenCredentials } from './given-credentials.ts';

/** As they are given; what is not is `undefined`. */
export interface GivenOptions extends ContextsOption, PolicyOption {
  readonly config?: string | undefined;
  readonly at?: string | undefined;
  readonly profile?: PolicyName | undefined;
}

export type Completed<Options extends GivenOptions> = Options & {
  readonly at: string;
  readonly profile: PolicyName;
  /** Files that were read besides those that options name. */
  readonly filesRead: readonly string[];
  readonly credentials: GivenCredentials | undefined;
};

/** @throws Fault `caller.input-unreadable`, `caller.option-invalid`, and those of certificates and keys */
export async function completed<Options extends GivenOptions>(options: Options): Promise<Completed<Options>> {
  const rest = { at: options.at ?? 'message', profile: options.profile ?? 'strict' } as const;
  if (options.config === undefined) return { ...options, ...rest, filesRead: [], credentials: undefined };
  // What reads YAML and checks it is loaded when it is needed.
  const { readJudgingFile } = await import('./judging-file.ts');
  const { folder, content, credentials, read } = await readJudgingFile(options.config);
  const place = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : resolve(folder, name);
  // Keys come from one place: what an option names replaces all that the file says of it.
  const isNamed = options.contexts !== undefined || options.keys !== undefined;
  return {
    ...options,
    ...(isNamed ? {} : { contexts: place(content.contexts), keys: place(content.keys) }),
    kek: options.kek ?? (isNamed ? undefined : place(content.kek)),
    at: options.at ?? content.at ?? rest.at,
    profile: options.profile ?? content.profile ?? rest.profile,
    changes: content.policy,
    filesRead: [options.config, ...read],
    credentials,
  };
}
