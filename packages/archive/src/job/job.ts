import { createHash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { PolicyChanges, PolicyName } from '@parley/engine';
import type { AtPolicy, UnpackLimits } from '@parley/log';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Segment } from './segment.ts';

/** How all messages of an archive are judged. */
export interface Judging {
  readonly profile: PolicyName;
  readonly changes?: PolicyChanges | undefined;
  readonly at: AtPolicy;
  readonly allowReplays: boolean;
  readonly unpack?: Partial<UnpackLimits> | undefined;
}

/** What is to be done with an archive. Its units and what they make follow from it, whoever does them. */
export interface Job {
  /** Changes when the same archive would give other results, or other files of them. */
  readonly version: 3;
  readonly segments: readonly Segment[];
  readonly shards: number;
  readonly judging: Judging;
}

const NAME = 'job.json';

/** A shard has about so many octets of the archive, so that whoever dies has little to do again. */
const SHARD_BYTES = 256 * 1024 * 1024;
const SHARDS_MIN = 16;
/** Each piece of a segment says where its part of each shard is, and who verifies a shard reads all of that. */
const SHARDS_MAX = 512;

/** How many shards an archive of this size is worth. */
export function usualShards(sizeBytes: number): number {
  return Math.min(SHARDS_MAX, Math.max(SHARDS_MIN, Math.ceil(sizeBytes / SHARD_BYTES)));
}

/**
 * Writes down what is to be done, once: whoever comes later does the same, which is what this gives. `isSame` says of what is there whether it is
 * what was wanted then.
 * @throws Fault `caller.option-invalid` results of another archive, or of other options, are there
 */
export async function keptJob(store: ObjectStore, job: Job, isSame: (there: Job) => Promise<boolean>): Promise<Job> {
  const octets = new TextEncoder().encode(JSON.stringify(job));
  if (await store.putIfAbsent(NAME, octets)) return job;
  const there = await readJob(store);
  if (jobDigest(there) === jobDigest(job) || (await isSame(there))) return there;
  throw new Fault('caller.option-invalid', {
    option: 'out',
    location: store.location,
    reason: 'it has results of another archive, or of other options',
  });
}

/** What was written down. @throws Fault `caller.input-invalid` there is nothing */
export async function readJob(store: ObjectStore): Promise<Job> {
  const octets = await store.get(NAME);
  const reason = 'there are no results of an archive';
  if (octets === undefined) throw new Fault('caller.input-invalid', { path: store.location, reason });
  try {
    return JSON.parse(new TextDecoder().decode(octets)) as Job;
  } catch (error) {
    throw new Fault('caller.input-invalid', { file: NAME, path: store.location, reason: 'not JSON' }, error);
  }
}

/** By which messages of this job are told from those of others. */
export function jobDigest(job: Job): string {
  return digestOf(new TextEncoder().encode(JSON.stringify(job))).slice(0, 16);
}

function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
