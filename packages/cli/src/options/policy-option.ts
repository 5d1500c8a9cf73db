import type { Reader } from '@parley/codec';
import { Fault } from '@parley/core';
import type { HeaderName, PolicyChanges } from '@parley/engine';
import type { UnpackLimits } from '@parley/log';
import { isUnpackLimit } from '@parley/log';
import { readInput } from './read-input.ts';

/** By what messages are judged, beside a profile. */
export interface PolicyOption {
  /** Changes that a configuration file makes. */
  readonly changes?: PolicyChanges | undefined;
  /** A file with changes to the profile, over those: `PolicyChanges` as JSON. */
  readonly policy?: string | undefined;
  /** Limits by name: those of a policy, over those of the file, and those of unpacking. */
  readonly limit?: Readonly<Record<string, number>> | undefined;
  readonly maxMessageBytes?: number | undefined;
  /** Headers that the application understands, beside those of the file. */
  readonly understand?: readonly HeaderName[] | undefined;
  readonly reader?: Reader | undefined;
}

/** The changes that the options make to a profile; `policyOf` judges them. @throws Fault `caller.input-unreadable`, `caller.input-invalid` */
export async function policyChanges(option: PolicyOption): Promise<PolicyChanges> {
  const { changes = {}, policy, limit, maxMessageBytes, understand, reader } = option;
  const named: PolicyChanges = policy === undefined ? {} : await changesIn(policy);
  const fromFile: PolicyChanges = { ...changes, ...named, limits: { ...changes.limits, ...named.limits } };
  const largest = maxMessageBytes === undefined ? {} : { messageBytesMax: maxMessageBytes };
  return {
    ...fromFile,
    ...(understand === undefined ? {} : { understoodHeaders: [...(fromFile.understoodHeaders ?? []), ...understand] }),
    ...(reader === undefined ? {} : { reader }),
    limits: { ...fromFile.limits, ...partOf(limit, (name) => !isUnpackLimit(name)), ...largest },
  };
}

/** The limits among them that hold for compressed logs. */
export function unpackLimits({ limit }: PolicyOption): Partial<UnpackLimits> {
  return partOf(limit, isUnpackLimit);
}

function partOf(
  limits: Readonly<Record<string, number>> = {},
  isWanted: (name: string) => boolean,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => isWanted(name)));
}

/** A reader of `name=value` for commander, which adds to what was given before. */
export function limitOf(text: string, given: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [, name, value] = /^(\w+)=(\d{1,15})$/.exec(text) ?? [];
  if (name === undefined)
    throw new Fault('caller.option-invalid', {
      reason: '--limit takes name=value, a whole number, such as depthMax=64',
    });
  return { ...given, [name]: Number(value) };
}

async function changesIn(file: string): Promise<PolicyChanges> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readInput(file)));
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('caller.input-invalid', { file, reason: 'not JSON' }, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('caller.input-invalid', { file, reason: 'not a JSON object' });
  return value as PolicyChanges;
}
