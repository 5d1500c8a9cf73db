import type { FaultCode, Reply } from '@parley/core';
import { invariant } from '@parley/core/internal';
import { Unpackr } from 'msgpackr';
import type { KeyUse, OpenedMessage, SymmetricKeyUse } from '../../message/opened-message.ts';
import type { SealedMessage } from '../../seal/request.ts';
import type { AnswerShapes, ShapeRecord } from '../transfer/reply-record.ts';
import { FAILED, OPENED, SEALED, VERDICT } from '../transfer/reply-record.ts';
import type { Slab } from '../transfer/slab.ts';
import { copyOut } from '../transfer/slab.ts';
import type { Verdict } from '../transfer/verdict.ts';
import type { OpenedShape, VerdictShape } from './shape-reader.ts';
import { NameTable, openedShape, verdictShape, withNonces } from './shape-reader.ts';
import { ValueReader } from './value-reader.ts';

/** What a batch can be answered with. */
export type AnyReply = Reply<OpenedMessage | Verdict<OpenedMessage> | SealedMessage>;

/** Where the octets of an answer end up. */
export interface AnswerOctets {
  /** Whether the octets of that reply are in a buffer of their own; if not, it is one for all of the batch. */
  readonly isApart: (index: number) => boolean;
  /** Where in the slab the first of them may be. */
  readonly first: number;
}

const unpackr = new Unpackr({ useRecords: false });

/** The replies whose records lie at `start` of `slab`, in order. Everything they hold is a copy. */
export function readReplies(slab: Slab, start: number, length: number, octets: AnswerOctets): readonly AnyReply[] {
  // safety: what is decoded is a private copy, not shared memory.
  const values = new ValueReader(copyOut(slab, start, length));
  const [texts, records] = unpackr.unpack(values.shapes) as AnswerShapes;
  const names = new NameTable(texts);
  const source = new OctetSource(slab, start, octets.first);
  const shapes = records.map((record) => shapeOf(record, { names, values, source }));
  const replies: AnyReply[] = [];
  while (!values.isOver) {
    const read = shapes[values.number()];
    invariant(read !== undefined, 'a reply names a shape of its batch');
    replies.push(read(octets.isApart(replies.length)));
  }
  return replies;
}

interface Batch {
  readonly names: NameTable;
  readonly values: ValueReader;
  readonly source: OctetSource;
}

/** Reads the values of one reply of a shape. */
type ReadReply = (isApart: boolean) => AnyReply;

function shapeOf(record: ShapeRecord, batch: Batch): ReadReply {
  switch (record[0]) {
    case FAILED: {
      const [, code, detail] = record;
      return () => ({ ok: false, code: batch.names.name<FaultCode>(code), detail: Object.fromEntries(detail) });
    }
    case SEALED:
      return () => ({ ok: true, value: sealedOf(record[1], batch) });
    case VERDICT: {
      const shape = verdictShape(record, batch.names);
      return () => ({ ok: true, value: verdictOf(shape, batch) });
    }
    case OPENED: {
      const shape = openedShape(record, batch.names);
      return (isApart) => ({ ok: true, value: openedOf(shape, batch, isApart) });
    }
  }
}

function sealedOf(signatureValues: number, { values, source }: Batch): SealedMessage {
  const octets = source.apart(values.number(), values.number());
  return { octets, signatureValues: values.texts(signatureValues) };
}

function verdictOf(shape: VerdictShape, { values }: Batch): Verdict<OpenedMessage> {
  const { head } = shape;
  // perf: one literal, whose members are read in the order in which they were written.
  return {
    soapVersion: head.soapVersion,
    identifier: head.identifier,
    instance: head.instance,
    version: head.version,
    principal: head.principal,
    action: head.action,
    to: head.to,
    createdAtMs: values.maybeNumber(),
    expiresAtMs: values.maybeNumber(),
    replayUntilMs: values.number(),
    messageId: values.maybeText(),
    relatesTo: values.maybeText(),
    replayKey: values.text(),
    keys: keysFrom(shape.keys, values),
    signed: shape.signed,
    encrypted: shape.encrypted,
    algorithms: shape.algorithms,
  };
}

function openedOf(shape: OpenedShape, { values, source }: Batch, isApart: boolean): OpenedMessage {
  const { head, rest } = shape;
  const createdAtMs = values.maybeNumber();
  const expiresAtMs = values.maybeNumber();
  const replayUntilMs = values.number();
  const messageId = values.maybeText();
  const relatesTo = values.maybeText();
  const replayKey = values.text();
  const keys = keysFrom(shape.keys, values);
  const start = values.number();
  const verifiedLength = values.number();
  const bodyStart = values.number();
  const bodyLength = values.number();
  const length = Math.max(verifiedLength, bodyStart + bodyLength);
  const octets = isApart ? source.apart(start, length) : source.together(start, length);
  const verified = octets.subarray(0, verifiedLength);
  return {
    soapVersion: head.soapVersion,
    identifier: head.identifier,
    instance: head.instance,
    version: head.version,
    principal: head.principal,
    action: head.action,
    messageId,
    relatesTo,
    to: head.to,
    user: undefined,
    bearerContext: rest?.bearerContext,
    claimedAddressing: rest?.claimedAddressing,
    understoodHeaders: rest?.understoodHeaders ?? [],
    createdAtMs,
    expiresAtMs,
    signed: shape.signed.map(({ role, namespace, localName, digest, algorithm, key }) => {
      const at = values.number();
      const bytes = octets.subarray(at, at + values.number());
      return { role, namespace, localName, bytes, digest, algorithm, key: keyAt(keys, key) };
    }),
    encrypted: shape.encrypted.map(({ role, namespace, localName, target, cipher, key }) => ({
      role,
      namespace,
      localName,
      target,
      cipher,
      // A certificate decrypts nothing.
      key: keyAt(keys, key) as SymmetricKeyUse,
    })),
    signatureValues: values.texts(shape.signatureValues),
    signatureConfirmed: shape.signatureConfirmed,
    assertions: shape.assertions.map(([assertion, at, size]) => ({ ...assertion, bytes: source.apart(at, size) })),
    body: octets.subarray(bodyStart, bodyStart + bodyLength),
    verified,
    replayKey,
    replayUntilMs,
  };
}

function keysFrom(keys: readonly KeyUse[], values: ValueReader): readonly KeyUse[] {
  return values.number() === 0 ? keys : withNonces(keys, () => values.text());
}

function keyAt(keys: readonly KeyUse[], index: number): KeyUse {
  const key = keys[index];
  invariant(key !== undefined, 'a part names a key of its message');
  return key;
}

/** Copies of what lies in a slab before the records. */
class OctetSource {
  readonly #slab: Slab;
  readonly #end: number;
  readonly #first: number;
  #all: Uint8Array | undefined;

  constructor(slab: Slab, end: number, first: number) {
    this.#slab = slab;
    this.#end = end;
    this.#first = first;
  }

  /** In a buffer of their own. */
  apart(start: number, length: number): Uint8Array {
    return copyOut(this.#slab, start, length);
  }

  /** In a buffer with the others. perf: to make a buffer takes longer than to copy a message into it. */
  together(start: number, length: number): Uint8Array {
    this.#all ??= copyOut(this.#slab, this.#first, this.#end - this.#first);
    return this.#all.subarray(start - this.#first, start - this.#first + length);
  }
}
