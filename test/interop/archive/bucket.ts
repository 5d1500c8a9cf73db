/** Buckets of a SeaweedFS that a test has started. */
import type { S3Options } from '@parley/archive';
import { AwsClient } from 'aws4fetch';
import { S3_KEYS } from './seaweed-server.mjs';

/** What makes the objects of a new bucket. */
export async function newBucket(endpoint: string, bucket: string): Promise<S3Options> {
  const client = new AwsClient({ ...S3_KEYS, service: 's3', region: 'us-east-1', retries: 5 });
  const response = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  if (!response.ok) throw new Error(`the bucket was not made: ${response.status}`);
  return { endpoint, bucket, ...S3_KEYS };
}

/** The environment in which `s3://` means it. */
export function s3Environment({ endpoint, accessKeyId, secretAccessKey }: S3Options): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}
