import { createServer } from 'node:net';
import { s3Objects } from '@parley/archive';
import { expect, test } from 'vitest';

test('a bucket whose server is not there: what is said is why, in words', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const objects = s3Objects({ endpoint: `http://127.0.0.1:${port}`, bucket: 'logs', ...keys, triesMax: 1 });
  await expect(objects.get('a')).rejects.toMatchObject({
    code: 'caller.input-unreadable',
    detail: { file: 's3://logs/a', reason: 'ECONNREFUSED: nobody listens there' },
  });
  await expect(objects.put('a', new Uint8Array(1))).rejects.toMatchObject({
    code: 'caller.output-unwritable',
    detail: { reason: 'ECONNREFUSED: nobody listens there' },
  });
});
