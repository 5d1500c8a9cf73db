/** wssc-sequence: several messages in order, received by nodes that share one context store and one replay cache. */

import type { ContextStore, ReplayCache } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import type { ContextSource, Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { OpenedMessage, OpenRequest, Policy } from '@parley/engine';
import { open, Workspace } from '@parley/engine';
import { judgeOpened } from './expected-body.ts';
import type { JsonRecord } from './json-record.ts';
import {
  countField,
  instantField,
  listField,
  recordOf,
  requiredText,
  textField,
  UnreadableVector,
} from './json-record.ts';
import { strictPolicy } from './manifest-policy.ts';
import { changesOf, soapActionOf, suiteContexts } from './message-vector.ts';
import type { Alias } from './reject-code.ts';
import { judgeRefusal } from './reject-code.ts';
import { preparationsOf } from './sequence-preparation.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, mismatch, outOfScope } from './verdict.ts';

/** What outlives a node: the store and the replay cache stand beside the nodes, as a shared store does. */
interface Site {
  readonly store: ContextStore;
  readonly replays: ReplayCache;
  readonly policy: Policy;
  /** By name; a node owns scratch memory and nothing else. */
  readonly nodes: Map<string, Workspace>;
}

/** Runs the steps in order; the first that goes wrong is the verdict. @throws UnreadableVector */
export async function runSequenceVector(
  suite: SuiteFolder,
  vector: JsonRecord,
  aliases: readonly Alias[],
): Promise<Verdict> {
  const steps = listField(vector, 'steps').map((step) => recordOf(step, 'step'));
  if (steps.length === 0) throw new UnreadableVector('steps are missing');
  const site: Site = {
    store: new MemoryContextStore(),
    replays: new MemoryReplayCache(),
    policy: strictPolicy(changesOf(suite, vector)),
    nodes: new Map(),
  };
  for (const context of suiteContexts(suite, vector)) await site.store.put(context);
  let worst = AS_EXPECTED;
  for (const [index, step] of steps.entries()) {
    const verdict = await runStep(suite, site, step, aliases);
    if (verdict.verdict === 'mismatch') return mismatch(`step ${index + 1}: ${verdict.expected}`, verdict.actual);
    if (verdict.verdict === 'out-of-scope') return verdict;
    if (verdict.verdict === 'alias') worst = verdict;
  }
  await site.store.close();
  return worst;
}

async function runStep(suite: SuiteFolder, site: Site, step: JsonRecord, aliases: readonly Alias[]): Promise<Verdict> {
  const nowMs = instantField(step, 'now');
  if (nowMs === undefined) throw new UnreadableVector('a step has no time');
  const message = step['file'] === undefined ? undefined : suite.bytes(requiredText(step, 'file'));
  for (const preparation of preparationsOf(step['before'])) {
    switch (preparation.action) {
      case 'cancel': {
        const identifier = preparation.identifier ?? (message && identifierOf(site, message, nowMs));
        if (identifier === undefined) throw new UnreadableVector('no context to cancel');
        await site.store.cancel(identifier, nowMs);
        break;
      }
      case 'restart':
        site.nodes.clear();
        break;
      case 'unknown':
        return outOfScope(`unknown action before a step: ${preparation.text}`);
    }
  }
  if (message === undefined) return AS_EXPECTED;
  const nodes = (textField(step, 'node') ?? 'A').split('+');
  const times = countField(step, 'parallel') ?? 1;
  const replies = await Promise.all(
    Array.from({ length: times }, (_, index) =>
      receive(site, nodes[index % nodes.length] ?? 'A', message, nowMs, step),
    ),
  );
  return judgeStep(suite, step, message, replies, aliases);
}

function judgeStep(
  suite: SuiteFolder,
  step: JsonRecord,
  message: Uint8Array,
  replies: readonly Reply<OpenedMessage>[],
  aliases: readonly Alias[],
): Verdict {
  const expect = requiredText(step, 'expect');
  const accepted = replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
  const isCountRight = ACCEPTED_COUNTS.get(expect);
  if (isCountRight === undefined) return outOfScope(`unknown expectation of a step: ${expect}`);
  if (!isCountRight(accepted.length, replies.length)) {
    return mismatch(expect, `${accepted.length} of ${replies.length} accepted${codesOf(replies)}`);
  }
  const verdicts = replies.map((reply) =>
    reply.ok
      ? judgeOpened(suite, step, message, reply.value)
      : judgeRefusal(textField(step, 'rejectCode'), reply.code, textField(step, 'class'), aliases),
  );
  return (
    verdicts.find((verdict) => verdict.verdict === 'mismatch') ??
    verdicts.find((verdict) => verdict.verdict !== 'as-expected') ??
    AS_EXPECTED
  );
}

type CountRule = (accepted: number, all: number) => boolean;
const ACCEPTED_COUNTS: ReadonlyMap<string, CountRule> = new Map<string, CountRule>([
  ['accept', (accepted, all) => accepted === all],
  ['reject', (accepted) => accepted === 0],
  ['accept-or-reject', () => true],
  ['exactly-one-accept', (accepted) => accepted === 1],
]);

function codesOf(replies: readonly Reply<OpenedMessage>[]): string {
  const codes = new Set(replies.flatMap((reply) => (reply.ok ? [] : [reply.code])));
  return codes.size === 0 ? '' : ` (${[...codes].join(', ')})`;
}

/** Opens `message` on a node, then asks the replay cache: what a responder does. */
async function receive(
  site: Site,
  node: string,
  message: Uint8Array,
  nowMs: number,
  step: JsonRecord,
): Promise<Reply<OpenedMessage>> {
  const reply = await openFromStore(site, message, {
    atMs: nowMs,
    policy: site.policy,
    workspace: workspaceOf(site, node),
    ...soapActionOf(step),
  });
  if (!reply.ok) return reply;
  const { identifier, replayKey, replayUntilMs } = reply.value;
  try {
    const isFirst = await site.replays.insertIfAbsent(identifier ?? '', replayKey, replayUntilMs, nowMs);
    return isFirst ? reply : { ok: false, code: 'peer.replay', detail: {} };
  } catch (error) {
    return failedReply(error);
  }
}

/** `open` asks for a context in the middle of a message; the store answers later, so the message is begun again. */
async function openFromStore(
  site: Site,
  message: Uint8Array,
  request: Omit<OpenRequest, 'contexts'>,
): Promise<Reply<OpenedMessage>> {
  const known = new Map<string, SecurityContext | undefined>();
  for (;;) {
    const asked: string[] = [];
    const reply = open(message, { ...request, contexts: askingSource(known, asked) });
    if (reply.ok || reply.code !== 'internal.context-needed' || asked.length === 0) return reply;
    for (const identifier of asked) known.set(identifier, await site.store.get(identifier));
  }
}

/** The context that `message` names, found by listening to what `open` asks for. */
function identifierOf(site: Site, message: Uint8Array, atMs: number): string | undefined {
  const asked: string[] = [];
  open(message, { atMs, policy: site.policy, contexts: askingSource(new Map(), asked) });
  return asked[0];
}

function askingSource(known: ReadonlyMap<string, SecurityContext | undefined>, asked: string[]): ContextSource {
  return {
    find: (identifier) => {
      if (known.has(identifier)) return known.get(identifier);
      asked.push(identifier);
      throw new Fault('internal.context-needed', { identifier });
    },
  };
}

function workspaceOf(site: Site, node: string): Workspace {
  const existing = site.nodes.get(node);
  if (existing !== undefined) return existing;
  const workspace = new Workspace();
  site.nodes.set(node, workspace);
  return workspace;
}
