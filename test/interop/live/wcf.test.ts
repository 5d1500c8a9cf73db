// WCF, as server and as client: a server, or a client, for each case.
import { initiatorStory } from './initiator-story.ts';
import { RUNS_ALL, type Side, testDirections } from './live-directions.ts';
import type { LivePeer } from './live-peer.ts';
import { serveParley } from './parley-server.ts';
import { WCF_ALL, WCF_SPREAD } from './wcf-cases.ts';
import { WCF_ECHO, wcfEndpoint, wcfService } from './wcf-endpoints.ts';
import { wcfPeer } from './wcf-peer.ts';

const peer = wcfPeer();

function toPeer(live: LivePeer): Side {
  return {
    steps: async (name) => {
      const server = await live.serve([name]);
      try {
        return await initiatorStory(wcfEndpoint(name), server, WCF_ECHO);
      } finally {
        await server.stop();
      }
    },
    stop: async () => undefined,
  };
}

/** Its client does what it should, and says so; what Parley received is a step of ours. */
function fromPeer(live: LivePeer): Side {
  return {
    steps: async (name) => {
      const server = await serveParley([wcfEndpoint(name)], {
        service: wcfService,
        responder: { unproven: 'refuse', renewGraceMs: 0, expiredKeys: 'drop' },
      });
      try {
        const results = await live.call([name], server);
        const refused = server.refusals.map(
          ({ failure }) => `refused: ${failure.code} ${JSON.stringify(failure.detail)}`,
        );
        const received = server.received.length === 0 ? [] : [`received: ${server.received.join(' ')}`];
        return [...(results.get(name) ?? []), ...refused, ...received];
      } finally {
        await server.stop();
      }
    },
    stop: async () => undefined,
  };
}

testDirections({
  title: 'wcf',
  endpoints: RUNS_ALL ? WCF_ALL : WCF_SPREAD,
  sides: typeof peer === 'string' ? peer : { 'to-peer': toPeer(peer), 'from-peer': fromPeer(peer) },
});
