import type { SchemaFinding } from '@parley/codec';
import type { Reply } from '@parley/core';
import { contextSource, Fault } from '@parley/core';
import { failedReply, jsonLine, printable } from '@parley/core/internal';
import type { MessagePlan, OpenedMessage, Policy } from '@parley/engine';
import { explainDigests, planOf, policyOf } from '@parley/engine';
import type { LogEntry, LogMessage, ReadLogOptions } from '@parley/log';
import { readLog, untilAborted } from '@parley/log';
import type { InspectOptions } from '../declarations/inspect-command.ts';
import type { MessageDescription } from '../inspect/describe-message.ts';
import { describeMessage } from '../inspect/describe-message.ts';
import { descriptionTree } from '../inspect/description-tree.ts';
import type { DigestExplanation } from '../inspect/digest-tree.ts';
import { digestJson, digestTree, hasDifference } from '../inspect/digest-tree.ts';
import { planJson, planTree } from '../inspect/plan-tree.ts';
import { schemaFindings, schemaJson, schemaTree } from '../inspect/schema-tree.ts';
import type { Tree } from '../inspect/tree.ts';
import { treeLines } from '../inspect/tree.ts';
import { verdictJson, verdictTree } from '../inspect/verdict-tree.ts';
import { completed } from '../judging/given.ts';
import type { GivenCredentials } from '../judging/given-credentials.ts';
import { contextsNamed, judgeOf } from '../judging/judge.ts';
import { parseAt } from '../options/at-option.ts';
import type { OpenContexts } from '../options/contexts-option.ts';
import { openContexts } from '../options/contexts-option.ts';
import type { FoundSource } from '../options/log-sources.ts';
import { findSources } from '../options/log-sources.ts';
import { judgedBy, unpackLimits } from '../options/policy-option.ts';
import { grouped } from '../report/verify-report.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import { Interrupted } from '../terminal/interrupted.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface Inspected {
  readonly entry: LogMessage;
  readonly described: Reply<MessageDescription>;
  /** `undefined` when nobody asked. */
  readonly schema: Reply<readonly SchemaFinding[]> | undefined;
  /** `undefined` when nobody asked. */
  readonly plan: Reply<MessagePlan> | undefined;
  /** `undefined` when nobody asked. */
  readonly digests: DigestExplanation | undefined;
  /** `undefined` when there were no keys. */
  readonly reply: Reply<OpenedMessage> | undefined;
}

/** `parley inspect`: one message as a tree. Never shows key octets, nor plaintext unless it is told to explain digests. */
export async function inspect(path: string, given: InspectOptions, terminal: Terminal): Promise<ExitStatus> {
  const options = await completed(given);
  const { policy, changes } = await judgedBy(options.profile, options);
  const planPolicy = typeof options.plan === 'string' ? policyOf(options.plan, changes) : policy;
  const at = parseAt(options.at, terminal.nowMs());
  const reading = { messageBytesMax: policy.limits.messageBytesMax, unpack: unpackLimits(options) };
  const entry = await recordOf(path, options.record, reading, terminal);
  const described = description(entry.message, policy);
  const schema = options.schema === true ? schemaFindings(entry.message, policy) : undefined;
  const plan = options.plan === undefined ? undefined : planOf(entry.message, { policy: planPolicy });
  const { credentials } = options;
  const atMs = at === 'message' ? entry.atMs : at.atMs;
  const judging = { atMs, policy, credentials, explain: options.explain === true };
  const contexts = await openContexts(options, terminal, credentials !== undefined);
  const { digests, reply } = await judged(entry, contexts, judging).finally(() => contexts?.close());
  await print({ entry, described, schema, plan, digests, reply }, { options, terminal });
  const differs = digests !== undefined && hasDifference(digests);
  const refused = (reply === undefined ? !described.ok : !reply.ok) || plan?.ok === false || differs;
  const invalid = schema !== undefined && !(schema.ok && schema.value.length === 0);
  return refused || invalid ? ExitStatus.refused : ExitStatus.ok;
}

async function recordOf(
  path: string,
  record: InspectOptions['record'],
  reading: ReadLogOptions,
  terminal: Terminal,
): Promise<LogMessage> {
  const { sources } = await findSources([path], terminal);
  if (!sources.every(({ isNamed }) => isNamed))
    throw new Fault('caller.input-invalid', { path, reason: 'a folder: name one message or one log' });
  let number = 0;
  const entries = entriesOf(sources, reading);
  for await (const entry of untilAborted(entries, terminal.interrupted)) {
    number += 1;
    if (number !== record && entry.id !== record) continue;
    if (entry.kind === 'refused') throw new Fault(entry.reply.code, { file: entry.id, ...entry.reply.detail });
    return entry;
  }
  if (terminal.interrupted.aborted) throw new Interrupted();
  const reason = typeof record === 'string' ? `none of its ${number} records has this id` : `it has ${number} records`;
  throw new Fault('caller.input-invalid', { file: path, reason, ...(typeof record === 'string' && { record }) });
}

async function* entriesOf(sources: readonly FoundSource[], options: ReadLogOptions): AsyncGenerator<LogEntry> {
  for (const { source } of sources) yield* readLog(source, options);
}

function description(message: Uint8Array, policy: Policy): Reply<MessageDescription> {
  try {
    return { ok: true, value: describeMessage(message, policy) };
  } catch (error) {
    const reply = failedReply(error);
    // Not the message: what was asked for cannot be done here.
    if (reply.code.startsWith('caller.')) throw error;
    return reply;
  }
}

async function judged(
  { message }: LogMessage,
  contexts: OpenContexts | undefined,
  { atMs = 'message', policy, credentials, explain }: Judging,
): Promise<Pick<Inspected, 'digests' | 'reply'>> {
  const reply = contexts === undefined ? undefined : await opened(message, contexts, { atMs, policy, credentials });
  if (!explain) return { digests: undefined, reply };
  const named = contexts === undefined ? undefined : contextSource(await contextsNamed(message, contexts, policy));
  return {
    digests: explainDigests(message, { policy, atMs, ...(named === undefined ? {} : { contexts: named }) }),
    reply,
  };
}

interface Judging {
  readonly atMs: number | 'message' | undefined;
  readonly policy: Policy;
  readonly credentials: GivenCredentials | undefined;
  readonly explain: boolean;
}

async function opened(
  message: Uint8Array,
  contexts: OpenContexts,
  { atMs, policy, credentials }: Pick<Judging, 'policy' | 'credentials'> & { readonly atMs: number | 'message' },
): Promise<Reply<OpenedMessage>> {
  const pool = judgeOf({ workers: 0, policy, contexts, credentials });
  try {
    return await pool.open({ message, atMs });
  } finally {
    await pool.close();
  }
}

async function print(
  inspected: Inspected,
  { options, terminal }: { readonly options: InspectOptions; readonly terminal: Terminal },
): Promise<void> {
  if (options.json === true) {
    const { entry, described, schema, plan, digests, reply } = inspected;
    const structure = described.ok ? described.value : null;
    // Without keys, a message that cannot be read is refused all the same.
    const verdict = reply === undefined && !described.ok ? described : verdictJson(reply);
    await terminal.stdout.line(
      jsonLine({
        id: entry.id,
        message: structure,
        schema: schemaJson(schema),
        plan: planJson(plan),
        digests: digestJson(digests),
        verdict,
      }),
    );
  } else {
    for (const line of treeLines(messageTree(inspected))) await terminal.stdout.line(line);
  }
  await terminal.stdout.flush();
}

function messageTree({ entry, described, schema, plan, digests, reply }: Inspected): Tree {
  const size = `${printable(entry.id)}  ${grouped(entry.message.length)} octets`;
  if (!described.ok) return { label: size, children: [verdictTree(described)] };
  const { soapVersion } = described.value;
  const soap = soapVersion === undefined ? 'not SOAP' : `SOAP ${soapVersion}`;
  const children = [
    ...descriptionTree(described.value),
    ...schemaTree(schema),
    ...planTree(plan),
    ...digestTree(digests),
    verdictTree(reply),
  ];
  return { label: `${size}, ${soap}`, children };
}
