// A gateway that would refuse what is new is given no work: of several, the next is ended only when this one takes messages.

import path from 'node:path';
import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile } from '@parley/sealing';
import { expect, test } from 'vitest';
import { Readiness } from '../../packages/gateway/src/operations/readiness.ts';
import { unusedPort } from '../doors/unused-port.ts';
import { echo, folder, gatewayOf, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

test('it is not ready until it takes what is new, by its clock, and never when it leaves', async () => {
  let nowMs = 1000;
  const readiness = new Readiness(
    async () => undefined,
    2000,
    () => nowMs,
  );
  expect(await readiness.look()).toEqual({ ready: false, reason: 'starting' });
  nowMs = 2000;
  expect(await readiness.look()).toEqual({ ready: false, reason: 'starting' });
  nowMs = 2001;
  expect(await readiness.look()).toEqual({ ready: true });
  readiness.leave();
  nowMs = 1000;
  expect(await readiness.look()).toEqual({ ready: false, reason: 'draining' });
});

const PLACES = { 'in memory': '', 'in a folder': ', folder: replays' };
const HOUR_MS = 3_600_000;

test.each(Object.keys(PLACES) as (keyof typeof PLACES)[])(
  'without a server, what it took %s: not ready while it refuses what is new, and ready when it takes it',
  async (place) => {
    for (const [clockSkewMs, ready] of [
      [HOUR_MS, { ready: false, reason: 'starting' }],
      [1, { ready: true }],
    ] as const) {
      const where = await folder();
      await createKeyEncryptionKeyFile(path.join(where, 'kek'));
      // The other is away: what it would remember is refused, and half of all is not.
      const [a, b] = [await unusedPort(), await unusedPort()];
      const nodes = `nodes: { a: "http://127.0.0.1:${a}", b: "http://127.0.0.1:${b}" }`;
      const keeping = `contexts: { tokens: { revocations: none }, key: kek }\nreplays: { self: a, ${nodes}${PLACES[place]} }`;
      const yaml = `${ingress(await plainService(echo()), `${keeping}\noperations: { listen: { port: 0 } }`)}    clockSkewMs: ${clockSkewMs}\n`;
      const { gateway } = await gatewayOf(where, yaml);
      const looked = async () => (await fetch(`http://127.0.0.1:${gateway.operationsPort}/readyz`)).json();
      await expect.poll(looked, { timeout: 30_000 }).toEqual(ready);
      const bootstrap = usernameOverTls.initiator({
        username: 'alice',
        password: Secret.copyOf(Buffer.from(PASSWORD)),
      });
      const begins = async (): Promise<boolean> =>
        await connect(`https://127.0.0.1:${gateway.port}/orders`, {
          bootstrap,
          tls: { ca: read(where, 'ca.pem') },
          cancel: false,
        }).then(
          async (conversation) => await conversation.close().then(() => true),
          () => false,
        );
      if (ready.ready) await expect.poll(begins, { timeout: 30_000 }).toBe(true);
      else for (let tries = 0; tries < 2; tries++) expect(await begins()).toBe(false);
    }
  },
);
