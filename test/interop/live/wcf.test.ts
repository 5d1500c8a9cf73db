// WCF, as server and as client: one of each for some cases at a time.
import { initiatorStory } from './initiator-story.ts';
import { RUNS_ALL, type Side, testDirections } from './live-directions.ts';
import type { LivePeer, RunningServer, Steps } from './live-peer.ts';
import { serveParley } from './parley-server.ts';
import { WCF_ALL, WCF_SPREAD } from './wcf-cases.ts';
import { WCF_ECHO, wcfEndpoint, wcfService } from './wcf-endpoints.ts';
import { wcfPeer } from './wcf-peer.ts';

const peer = wcfPeer();
const endpoints = RUNS_ALL ? WCF_ALL : WCF_SPREAD;
/** Starting it is most of what a case costs. */
const CASES_AT_ONCE = 16;

/** The cases that are run together with this one. */
function companions(name: string): readonly string[] {
  const at = endpoints.indexOf(name);
  const start = at - (at % CASES_AT_ONCE);
  return endpoints.slice(start, start + CASES_AT_ONCE);
}

function toPeer(live: LivePeer): Side {
  let running: { readonly first: string | undefined; readonly server: Promise<RunningServer> } | undefined;
  const stop = async (): Promise<void> => {
    const { server } = running ?? {};
    running = undefined;
    await (await server)?.stop();
  };
  return {
    stop,
    steps: async (name) => {
      const cases = companions(name);
      const [first] = cases;
      if (running?.first !== first) {
        await stop();
        running = { first, server: live.serve(cases) };
      }
      return await initiatorStory(wcfEndpoint(name), await running!.server, WCF_ECHO);
    },
  };
}

/** Its client does what it should, and says so; what Parley received is a step of ours. */
function fromPeer(live: LivePeer): Side {
  const held = new Map<string | undefined, Promise<Map<string, Steps>>>();
  return {
    stop: async () => undefined,
    steps: async (name) => {
      const cases = companions(name);
      const [first] = cases;
      const results = held.get(first) ?? conversations(live, cases);
      held.set(first, results);
      return (await results).get(name) ?? [];
    },
  };
}

async function conversations(live: LivePeer, cases: readonly string[]): Promise<Map<string, Steps>> {
  const server = await serveParley(
    cases.map((name) => wcfEndpoint(name)),
    { service: wcfService, responder: { unproven: 'refuse', renewGraceMs: 0, expiredKeys: 'drop' } },
  );
  try {
    const results = await live.call(cases, server);
    return new Map(
      cases.map((name) => {
        const refused = server.refusals
          .filter(({ path }) => path === `/${name}`)
          .map(({ failure }) => `refused: ${failure.code} ${JSON.stringify(failure.detail)}`);
        const kinds = server.received.get(name) ?? [];
        const received = kinds.length === 0 ? [] : [`received: ${kinds.join(' ')}`];
        return [name, [...(results.get(name) ?? []), ...refused, ...received]];
      }),
    );
  } finally {
    await server.stop();
  }
}

testDirections({
  title: 'wcf',
  endpoints,
  sides: typeof peer === 'string' ? peer : { 'to-peer': toPeer(peer), 'from-peer': fromPeer(peer) },
});
