/** The servers that `test/interop` starts. */
import type { S3Options } from '@parley/archive';
import { AwsClient } from 'aws4fetch';

export interface RunningNats {
  readonly port: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export interface RunningBuckets {
  readonly endpoint: string;
  remove(): Promise<void>;
}

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

/** A SeaweedFS, and what makes the objects of a new bucket of it. @throws Error why there is none on this machine */
export async function buckets(bucket: string): Promise<RunningBuckets & { readonly place: S3Options }> {
  const { missingSeaweed, startSeaweed, S3_KEYS } = (await import(
    new URL('archive/seaweed-server.mjs', TESTS).href
  )) as {
    readonly S3_KEYS: Pick<S3Options, 'accessKeyId' | 'secretAccessKey'>;
    missingSeaweed(): string | undefined;
    startSeaweed(): Promise<RunningBuckets>;
  };
  const missing = missingSeaweed();
  if (missing !== undefined) throw new Error(missing);
  const server = await startSeaweed();
  const { endpoint } = server;
  const client = new AwsClient({ ...S3_KEYS, service: 's3', region: 'us-east-1', retries: 5 });
  const response = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  if (!response.ok) throw new Error(`the bucket was not made: ${response.status}`);
  return { endpoint, place: { endpoint, bucket, ...S3_KEYS }, remove: () => server.remove() };
}
