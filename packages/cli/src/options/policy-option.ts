import type { Reader } from '@parley/codec';
import type { FaultDetail } from '@parley/core';
import { Fault } from '@parley/core';
import type { HeaderName, Policy, PolicyChanges, PolicyName } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { UnpackLimits } from '@parley/log';
import { isUnpackLimit } from '@parley/log';
import { readInput } from './read-input.ts';

/** By what messages are judged, beside a profile. */
export interface PolicyOption {
  /** The configuration file. */
  readonly config?: string | undefined;
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

/**
 * The policy of `profile` with the changes that the options make, and these.
 * @throws Fault `caller.input-unreadable`, `caller.input-invalid`; `caller.option-invalid`, in the words of whoever said what is wrong
 */
export async function judgedBy(
  profile: PolicyName,
  option: PolicyOption,
): Promise<{ readonly policy: Policy; readonly changes: PolicyChanges }> {
  const { changes = {}, policy: file, limit, maxMessageBytes, understand, reader } = option;
  const named: PolicyChanges = file === undefined ? {} : await changesIn(file);
  const fromFile: PolicyChanges = { ...changes, ...named, limits: { ...changes.limits, ...named.limits } };
  const largest = maxMessageBytes === undefined ? {} : { messageBytesMax: maxMessageBytes };
  const all: PolicyChanges = {
    ...fromFile,
    ...(understand === undefined ? {} : { understoodHeaders: [...(fromFile.understoodHeaders ?? []), ...understand] }),
    ...(reader === undefined ? {} : { reader }),
    limits: { ...fromFile.limits, ...partOf(limit, (name) => !isUnpackLimit(name)), ...largest },
  };
  try {
    return { policy: policyOf(profile, all), changes: all };
  } catch (error) {
    throw error instanceof Fault ? inWordsOf(option, named, error) : error;
  }
}

/** The fault by what said the member of the policy that it names, the last of those that do. */
function inWordsOf(
  { config, changes, policy, limit, maxMessageBytes }: PolicyOption,
  named: PolicyChanges,
  fault: Fault,
): Fault {
  const { option, ...rest } = fault.detail;
  const path = typeof option === 'string' ? option.split('.').slice(1) : [];
  const [first, name = ''] = path;
  const said = (words: FaultDetail): Fault => new Fault(fault.code, { ...words, ...rest }, fault.cause);
  if (first === 'limits' && name === 'messageBytesMax' && maxMessageBytes !== undefined)
    return said({ option: '--max-message-bytes' });
  if (first === 'limits' && limit !== undefined && Object.hasOwn(limit, name))
    return said({ option: `--limit ${name}` });
  if (policy !== undefined && isIn(named, path)) return said({ file: policy, option: path.join('.') });
  if (config !== undefined && isIn(changes, path)) return said({ file: config, option: ['policy', ...path].join('.') });
  return fault;
}

function isIn(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return isIn((value as Readonly<Record<string, unknown>>)[name], rest);
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
