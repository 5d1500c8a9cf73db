// The queries of the dashboard and of the alarms, asked of a Prometheus that watches a gateway at work.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { usernameOverTls } from '@parley/conversation';
import { INSTRUMENTS, Secret } from '@parley/core';
import { readDocument } from '@parley/gateway';
import { connect } from '@parley/http';
import { beforeEach, expect, test } from 'vitest';
import dashboard from '../../../packages/prometheus/dashboards/parley.json' with { type: 'json' };
import {
  atEnd,
  ECHO,
  echo,
  folder,
  gatewayOf,
  ingress,
  PASSWORD,
  plainService,
  read,
} from '../../gateway/gateway-fixture.ts';
import { told } from '../../gateway/telemetry-fixture.ts';
import { missingPrometheus, startPrometheus } from './prometheus-server.ts';

interface AlarmFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const ALARMS = fileURLToPath(new URL('../../../packages/prometheus/dashboards/alarms.yml', import.meta.url));
const QUERIES = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
const { groups } = readDocument<AlarmFile>(readFileSync(ALARMS, 'utf8'), ALARMS, { type: 'object' });
const RULES = groups.flatMap(({ rules }) => rules);

const missing = missingPrometheus();
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

const namesIn = (texts: readonly string[]): Set<string> => new Set(texts.join(' ').match(/parley_[a-z_]+/g));

test('each instrument is on the dashboard, or in an alarm, and nothing else is', () => {
  const used = namesIn([...QUERIES, ...RULES].map(({ expr }) => expr));
  for (const name of used) expect(Object.keys(INSTRUMENTS)).toContain(name.replace(/_bucket$/, ''));
  const unused = Object.keys(INSTRUMENTS).filter((name) => !used.has(name) && !used.has(`${name}_bucket`));
  expect(unused).toEqual([
    'parley_pool_bytes_total',
    'parley_pool_refused_total',
    'parley_pool_batches_total',
    'parley_pool_retries_total',
    'parley_pool_context_lookups_total',
  ]);
});

test('every query of the dashboard finds something while a gateway works; alarms that should ring do, and no others', {
  timeout: 60_000,
}, async () => {
  const where = await folder();
  const { telemetry, registry: metrics } = told();
  const more =
    'workers: 1\nreplays: { folder: replays }\noperations: { listen: { port: 0 } }\nlimits: { handshakesMax: 1 }';
  const { gateway } = await gatewayOf(where, ingress(await plainService(echo()), more), { telemetry, metrics });
  const prometheus = await startPrometheus(gateway.operationsPort ?? 0);
  atEnd(() => prometheus.remove());
  const url = `https://127.0.0.1:${gateway.port}/orders`;
  const options = (password: string) => ({
    bootstrap: usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(Buffer.from(password)) }),
    tls: { ca: read(where, 'ca.pem') },
  });
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      const conversation = await connect(url, options(PASSWORD));
      for (let call = 0; call < 5; call++) await conversation.call('urn:app/Echo', Buffer.from(ECHO(`${call}`)));
      await conversation.renew();
      await connect(url, options('wrong')).catch(() => undefined);
      await conversation.close();
      // As a replay and a quota are told: by their codes.
      telemetry.meter?.add('parley_refused_total', { endpoint: '/orders', code: 'peer.replay', quota: '' }, 1);
      telemetry.meter?.add(
        'parley_refused_total',
        { endpoint: '/orders', code: 'internal.quota', quota: 'messages' },
        1,
      );
    }
  })();
  try {
    for (const { title, expr } of QUERIES) {
      const query = expr.replaceAll('$endpoint', '.*').replaceAll('$__rate_interval', '10s');
      await expect
        .poll(async () => (await prometheus.query(query)).length, { timeout: 20_000, message: `${title}: ${query}` })
        .toBeGreaterThan(0);
      for (const { value } of await prometheus.query(query)) expect(value, title).not.toBe(Number.POSITIVE_INFINITY);
    }
    const ringing = async (): Promise<string[]> => {
      const asked = await Promise.all(
        RULES.map(async (rule) => [rule.alert, await prometheus.query(rule.expr)] as const),
      );
      return asked.flatMap(([alert, found]) => (found.length > 0 && alert !== 'ParleyReplays' ? [alert] : []));
    };
    await expect.poll(ringing, { timeout: 20_000 }).toEqual(['ParleyQuota']);
  } finally {
    isOver = true;
    await work;
  }
});

test('the alarms are rules that Prometheus takes', () => {
  const checked = spawnSync('promtool', ['check', 'rules', ALARMS], { encoding: 'utf8' });
  expect(checked.stdout + checked.stderr).toContain(`SUCCESS: ${RULES.length} rules found`);
});
