import type { Secret } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { WorkerControl } from '../transfer/control.ts';
import type { JobWords } from '../transfer/job-words.ts';
import { answersStart, JobReader } from '../transfer/job-words.ts';
import { portableSecret } from '../transfer/portable-secret.ts';
import { alignedStart } from '../transfer/slab.ts';
import type { BatchAnswer, BatchTask, KeptKey, WorkerTask } from '../transfer/task.ts';
import { verdictOf } from '../transfer/verdict.ts';
import { FirstDecryption } from './first-decryption.ts';
import type { RunnerData } from './message-runner.ts';
import { MessageRunner } from './message-runner.ts';
import { OctetWriter } from './octet-writer.ts';
import { ReplyWriter } from './reply-writer.ts';

/** Carries out tasks on the thread it lives on. */
export interface Runner {
  run(task: WorkerTask): BatchAnswer | Promise<BatchAnswer>;
  /** Drops contexts that were evicted. */
  sweep(): void;
}

const SCRATCH_BYTES = 64 * 1024;

/** Carries out batches: `open` and `seal` over shared memory. */
export class BatchRunner implements Runner {
  readonly messages: MessageRunner;
  readonly threadId: number;
  #scratch = new Uint8Array(SCRATCH_BYTES);

  /** `threadId` is what the control words name this thread by: not 0. */
  constructor(data: RunnerData, threadId: number, fillRandom: (out: Uint8Array) => void) {
    this.messages = new MessageRunner(data, fillRandom);
    this.threadId = threadId;
  }

  sweep(): void {
    this.messages.sweep();
  }

  /** One reply per message of `task`, in order. */
  run(given: WorkerTask): BatchAnswer {
    const task = given as BatchTask;
    const control = new WorkerControl(task.output, this.threadId);
    this.messages.begin(task.contexts, task.encryptedKeys);
    const kept: KeptKey[] = [];
    const before = this.messages.byTemplate;
    const jobs = new JobReader(task.output, task.count, task.texts);
    const octets = new OctetWriter(task.output, answersStart(task.count));
    const replies = new ReplyWriter(octets);
    for (let index = 0; index < task.count; index++) {
      control.begin(index + 1);
      try {
        this.#runOne(task, jobs.at(index), index, replies, kept);
      } catch (error) {
        replies.failed(failedReply(error));
      }
    }
    this.messages.end();
    const { start, length } = replies.finish();
    octets.wipeRest(task.dirtyBytes);
    control.done(start, length);
    return { replacement: octets.replacement, kept, byTemplate: this.messages.byTemplate - before };
  }

  #runOne(task: BatchTask, job: JobWords, index: number, replies: ReplyWriter, kept: KeptKey[]): void {
    const message = this.#privateCopy(task.input, job.start, job.length);
    if (task.kind === 'seal') {
      const reply = this.messages.seal(message, task.seals[index]!);
      if (reply.ok) replies.sealed(reply.value);
      else replies.failed(reply);
      return;
    }
    const { atMs, soapAction, signatureValuesSent, decryptable } = job;
    const replays = decryptable === undefined ? undefined : new FirstDecryption(decryptable);
    const opening = { atMs, soapAction, signatureValuesSent, replays };
    const keep = (sha1Base64: string, secret: Secret): void => {
      kept.push({ index, sha1Base64, secret: portableSecret(secret) });
      secret.wipe();
    };
    const reply = this.messages.open(message, opening, this.messages.keepsKeys ? keep : undefined);
    if (!reply.ok) replies.failed(reply);
    // The reply writer copies before the next message.
    else if (task.kind === 'open') replies.opened(reply.value);
    else replies.verdict(verdictOf(reply.value));
  }

  /** safety: what is checked is a copy that no other thread can change. */
  #privateCopy(input: SharedArrayBuffer, offset: number, length: number): Uint8Array {
    const shared = new Uint8Array(input, offset, length);
    const start = alignedStart(0, shared);
    const end = start + length;
    if (end > this.#scratch.length) this.#scratch = new Uint8Array(2 ** Math.ceil(Math.log2(end)));
    this.#scratch.set(shared, start);
    return this.#scratch.subarray(start, end);
  }
}
