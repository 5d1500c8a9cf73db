/** The servers that `test/interop` starts. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { S3Options } from '@parley/archive';
import { AwsClient } from 'aws4fetch';
import { cpuUsOf } from '../bus/brokers.ts';
import type { Place } from './settings.ts';

export interface RunningServer {
  readonly pid: number | undefined;
  remove(): Promise<void>;
}

export interface RunningNats extends RunningServer {
  readonly port: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Where archives and what is made of them are kept. */
export interface RunningPlaces {
  /** Makes a bucket, or a folder. */
  make(bucket: string): Promise<Place>;
  /** Deletes one, and frees what it took. */
  drop(bucket: string): Promise<void>;
  /** CPU time of the server so far. */
  cpuMs(): number;
  remove(): Promise<void>;
}

/** Of the server of buckets, enough for 20 GB: a bucket begins with several volumes. */
const ROOM = { volumeMib: 512, volumesMax: 200 };

const TESTS = new URL('../../../test/interop/', import.meta.url);

/** @throws Error why there is none on this machine */
export async function nats(): Promise<RunningNats> {
  const { missingNats, startNats } = (await import(new URL('bus/nats-server.mjs', TESTS).href)) as {
    missingNats(): string | undefined;
    startNats(): Promise<RunningNats>;
  };
  const missing = missingNats();
  if (missing !== undefined) throw new Error(missing);
  return await startNats();
}

/** Folders, which no server takes time for. */
export function folders(root: string): RunningPlaces {
  return {
    make: async (bucket) => ({ folder: path.join(root, bucket) }),
    drop: async (bucket) => rmSync(path.join(root, bucket), { recursive: true, force: true }),
    cpuMs: () => 0,
    remove: async () => undefined,
  };
}

/** A SeaweedFS. @throws Error why there is none on this machine */
export async function buckets(): Promise<RunningPlaces> {
  const { missingSeaweed, startSeaweed, S3_KEYS } = (await import(
    new URL('archive/seaweed-server.mjs', TESTS).href
  )) as {
    readonly S3_KEYS: Pick<S3Options, 'accessKeyId' | 'secretAccessKey'>;
    missingSeaweed(): string | undefined;
    startSeaweed(room: typeof ROOM): Promise<RunningServer & { readonly endpoint: string }>;
  };
  const missing = missingSeaweed();
  if (missing !== undefined) throw new Error(missing);
  const server = await startSeaweed(ROOM);
  const { endpoint } = server;
  const client = new AwsClient({ ...S3_KEYS, service: 's3', region: 'us-east-1', retries: 5 });
  const asked = async (method: string, bucket: string): Promise<void> => {
    const response = await client.fetch(`${endpoint}/${bucket}`, { method });
    if (!response.ok) throw new Error(`${method} of the bucket ${bucket}: ${response.status}`);
  };
  return {
    make: async (bucket) => {
      await asked('PUT', bucket);
      return { endpoint, bucket, ...S3_KEYS };
    },
    drop: async (bucket) => await asked('DELETE', bucket),
    cpuMs: () => cpuUsOf(server) / 1000,
    remove: () => server.remove(),
  };
}
