import type { FailedReply, Reply } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import type { BatchAnswer, BatchRunner, MessageRunner, Runner, WorkerTask } from '@parley/engine/internal';
import { CONTROL_BYTES, OctetWriter, partName, WorkerControl } from '@parley/engine/internal';
import { readPlainRecord } from '../hot/record-module.ts';
import { fingerprint } from '../log-replay-cache.ts';
import { firstInk, startOf, tooLarge } from '../read-log.ts';
import { ID_LENGTH_MAX, readRecord } from '../read-record.ts';
import { lineOf } from '../result-line.ts';
import type { FollowedHeaders } from '../sequence-ledger.ts';
import { judgedAt } from '../verify-log.ts';
import type { SectionLine } from './section-lines.ts';
import { SectionLines } from './section-lines.ts';
import type { SectionTask } from './section-task.ts';
import { SECTION } from './section-task.ts';
import { SectionWriter } from './section-writer.ts';

const CARRIAGE_RETURN = 0x0d;

type ReadSequences = (message: Uint8Array) => FollowedHeaders | undefined;

/** Carries out batches, and reads and verifies sections of logs. */
export class SectionRunner implements Runner {
  readonly #batches: BatchRunner;
  readonly #messages: MessageRunner;
  readonly #writer = new SectionWriter();
  #readSequences: ReadSequences | undefined;

  constructor(batches: BatchRunner) {
    this.#batches = batches;
    this.#messages = batches.messages;
  }

  sweep(): void {
    this.#batches.sweep();
  }

  run(task: WorkerTask): BatchAnswer | Promise<BatchAnswer> {
    if (task.kind !== SECTION) return this.#batches.run(task);
    const section = task as SectionTask;
    if (!section.rules.sequences || this.#readSequences !== undefined) return this.#section(section);
    return this.#withSequences(section);
  }

  /** What reads sequences is loaded when it is needed. */
  async #withSequences(task: SectionTask): Promise<BatchAnswer> {
    const { claimedSequenceHeaders } = await import('@parley/conversation');
    this.#readSequences = (message) => claimedSequenceHeaders(message, this.#messages.policy);
    return this.#section(task);
  }

  #section(task: SectionTask): BatchAnswer {
    const control = new WorkerControl(task.output, this.#batches.threadId);
    let steps = 0;
    const isAlive = (): void => control.begin(++steps);
    this.#messages.begin(task.contexts, []);
    this.#writer.begin();
    const before = this.#messages.byTemplate;
    const lines = new SectionLines(task.source, task.rules.messageBytesMax, isAlive);
    let count = 0;
    for (const line of task.lines === undefined ? lines.all() : lines.some(task.lines)) {
      isAlive();
      count += 1;
      this.#line(line, count, task);
    }
    this.#messages.end();
    const octets = new OctetWriter(task.output, CONTROL_BYTES);
    const { start, length } = this.#writer.finish(octets, count);
    control.done(start, length);
    return { replacement: octets.replacement, kept: [], byTemplate: this.#messages.byTemplate - before };
  }

  #line(line: SectionLine, number: number, task: SectionTask): void {
    const { messageBytesMax } = task.rules;
    const { bytes, offset, sizeBytes } = line;
    if (bytes === undefined) {
      this.#writer.line(number, offset, sizeBytes);
      this.#refuse('', undefined, tooLarge('', sizeBytes, messageBytesMax).reply, task);
      return;
    }
    const { start: lineStart } = line;
    const end = line.end > lineStart && bytes[line.end - 1] === CARRIAGE_RETURN ? line.end - 1 : line.end;
    const isFirst = task.source.isStart && offset === 0;
    const start = isFirst ? lineStart + startOf(bytes.subarray(lineStart, end)) : lineStart;
    if (firstInk(bytes.subarray(start, end)) === undefined) return;
    this.#writer.line(number, offset, sizeBytes);
    const plain = readPlainRecord(bytes, start, end, ID_LENGTH_MAX);
    if (plain !== undefined && plain.message.length <= messageBytesMax) {
      this.#message(plain.id, plain.atMs, plain.message, task);
      return;
    }
    const entry = readRecord(bytes.subarray(start, end), { fallbackId: '', messageBytesMax });
    if (entry.kind === 'message') this.#message(entry.id, entry.atMs, entry.message, task);
    else this.#refuse(entry.id, undefined, entry.reply, task);
  }

  #message(id: string, recordAtMs: number | undefined, message: Uint8Array, task: SectionTask): void {
    const atMs = judgedAt(recordAtMs, task.rules.at);
    this.#writer.message(message.length);
    const reply = this.#opened(message, atMs ?? 'message');
    if (reply.ok) {
      this.#accept(id, atMs ?? reply.value.createdAtMs, reply.value, task);
      const said = this.#readSequences?.(message);
      if (said !== undefined)
        this.#writer.sequences({ numbered: said.numbered, acknowledgements: said.acknowledgements });
      return;
    }
    const { identifier } = reply.detail;
    if (reply.code !== 'internal.context-needed' || typeof identifier !== 'string') {
      this.#refuse(id, atMs, reply, task);
      return;
    }
    const failure = task.failures.find(([of]) => of === identifier)?.[1];
    if (failure === undefined) this.#writer.needs({ id, atMs, resultLine: undefined }, identifier);
    else this.#refuse(id, atMs, failure, task);
  }

  #opened(message: Uint8Array, atMs: number | 'message'): Reply<OpenedMessage> {
    try {
      return this.#messages.open(message, { atMs });
    } catch (error) {
      return failedReply(error);
    }
  }

  #accept(id: string, atMs: number | undefined, opened: OpenedMessage, { rules }: SectionTask): void {
    const identifier = opened.identifier ?? '';
    const isWanted = rules.results === 'all';
    const line = isWanted
      ? lineOf({
          id,
          ok: true,
          atMs,
          verdict: { identifier, signed: opened.signed.map(partName), encrypted: opened.encrypted.map(partName) },
        })
      : undefined;
    // Without a key, nothing in the message proves it.
    const print = rules.replays && opened.replayKey !== '' ? fingerprint(identifier, opened.replayKey) : undefined;
    this.#writer.good({ id, atMs, resultLine: line }, identifier, print);
  }

  #refuse(id: string, atMs: number | undefined, reply: FailedReply, { rules }: SectionTask): void {
    const { code, detail } = reply;
    const line = rules.results === 'none' ? undefined : lineOf({ id, ok: false, atMs, code, detail });
    this.#writer.refused({ id, atMs, resultLine: line }, reply);
  }
}
