/** Renewals of what a session of somebody else's began: the session is shown again, and the key of the context beside it. */
import { MemoryContextStore, type SessionUse, sessionToken } from '@parley/conversation';
import { Secret, type SecurityContext } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { granted, must, refusal, sent } from '../conversation-fixture.ts';
import { PARTIES, type Parties, session } from '../parties.ts';
import { START_MS } from '../sample-context.ts';
import { call, KINDS, type Pair, pair } from './ways.ts';

const USES: readonly SessionUse[] = ['timestamp', 'message', 'bearer'];
const HOUR_MS = 3_600_000;

function partiesOf(use: SessionUse): Parties {
  const name = { timestamp: 'over TLS', bearer: 'only names', message: 'protects' }[use];
  return PARTIES.find((parties) => parties.name.startsWith('a session token') && parties.name.includes(name))!;
}

/** A conversation that `own` began, at a responder that knows all `known`. */
async function begun(
  use: SessionUse,
  kind: (typeof KINDS)[number],
  { own = session(), known = [own] }: { own?: SecurityContext; known?: readonly SecurityContext[] } = {},
): Promise<Pair & { readonly sessions: MemoryContextStore }> {
  const sessions = new MemoryContextStore();
  for (const each of known) await sessions.insert(each);
  const both = pair(
    partiesOf(use),
    kind,
    { bootstrap: sessionToken.responder(sessions, use), contextLifetimeMs: HOUR_MS, renewGraceMs: HOUR_MS },
    { bootstrap: sessionToken.initiator(own, use) },
  );
  const { initiator, place, parties } = both;
  const issued = await place.responder.receive(sent(initiator.requestIssue(parties.channel)), parties.channel);
  granted(initiator.take(must(issued, 'issued').reply, parties.channel));
  return { ...both, sessions };
}

async function renewedBy({ initiator, place, parties }: Pair): Promise<string> {
  return refusal(await place.responder.receive(sent(initiator.requestRenew(parties.channel)), parties.channel));
}

/** Somebody who has the context of `both`, and another session. */
function withSession(both: Pair, use: SessionUse, own: SecurityContext): Pair {
  const { context } = both.initiator;
  const initiator = both.place.initiator({ bootstrap: sessionToken.initiator(own, use), context });
  return { ...both, initiator };
}

function other(changes: Partial<SecurityContext>): SecurityContext {
  const secret = Secret.copyOf(new Uint8Array(32).fill(9));
  const expiresAtMs = START_MS + 24 * HOUR_MS;
  return session({
    identifier: 'urn:uuid:5e55-1012',
    keys: [{ instance: undefined, secret, createdAtMs: START_MS, expiresAtMs }],
    ...changes,
  });
}

describe.each(USES)('a session as %s', (use) => {
  test.each(KINDS)('renews time and again, also what is over: %s over SOAP %s', async (...kind) => {
    const both = await begun(use, kind);
    for (const pauseMs of [60_000, 30 * 60_000, HOUR_MS + 60_000]) {
      both.place.ambient.now += pauseMs;
      const { initiator, place, parties } = both;
      const renewed = await place.responder.receive(sent(initiator.requestRenew(parties.channel)), parties.channel);
      granted(initiator.take(must(renewed, 'renewed').reply, parties.channel));
      await call(both, 'renewed');
    }
  });

  test('T100: a session that is over, cancelled or unknown renews nothing', async () => {
    const over = await begun(use, KINDS[0]!, { own: other({ expiresAtMs: START_MS + HOUR_MS / 2 }) });
    over.place.ambient.now += HOUR_MS / 2 - 1_000;
    const early = sent(over.initiator.requestRenew(over.parties.channel));
    over.place.ambient.now += 1_001;
    expect(refusal(await over.place.responder.receive(early, over.parties.channel))).toBe('peer.context-expired');

    const cancelled = await begun(use, KINDS[0]!);
    await cancelled.sessions.cancel(session().identifier, cancelled.place.ambient.now);
    expect(await renewedBy(cancelled)).toBe('peer.bad-context');

    const unknown = await begun(use, KINDS[0]!);
    expect(await renewedBy(withSession(unknown, use, other({})))).toBe('peer.bad-context');
  });

  test('T100: the session of another principal renews nothing', async () => {
    const mallory = other({ principal: 'mallory' });
    const both = await begun(use, KINDS[0]!, { known: [session(), mallory] });
    expect(await renewedBy(withSession(both, use, mallory))).toBe('peer.authentication-failed');
  });

  test('T100: a context of ours is no session, and one of theirs by the same name is not ours', async () => {
    const both = await begun(use, KINDS[0]!);
    const context = both.initiator.context!;
    expect(await renewedBy(withSession(both, use, context))).not.toBe('renewed');
    await both.sessions.insert(context);
    expect(await renewedBy(both)).toBe('peer.authentication-failed');
  });
});
