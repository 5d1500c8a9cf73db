/** Header blocks about sequences: one element to one claim (WS-RM 1.2 §3.8-§3.10, §6.3). */
import type { Tape } from '@parley/codec';
import {
  attributeNamed,
  firstChild,
  hasName,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceOf,
  nextSibling,
  scan,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import { attributeValue, requireElementOnly, structureInvalid, trimmedText } from '@parley/engine/internal';
import type { SequenceVersion } from './generation.ts';
import { NETRM } from './generation.ts';
import { parseMessageNumber } from './message-number.ts';
import type { NumberRange, NumberRanges } from './number-ranges.ts';
import { NO_NUMBERS, orderedRanges } from './number-ranges.ts';
import { plainBlock } from './plain-block.ts';
import { readSequenceFaultHeader, type SequenceFault } from './sequence-fault.ts';

/** wsrm:Sequence: which message of which sequence this is. */
export interface Numbered {
  readonly identifier: string;
  readonly number: number;
  /** LastMessage of February 2005. */
  readonly isLast: boolean;
}

/** wsrm:SequenceAcknowledgement: what has arrived of a sequence. */
export interface Acknowledgement {
  readonly identifier: string;
  readonly ranges: NumberRanges;
  /** Numbers that are asked for again. Where there are some, there are no ranges. */
  readonly nacks: readonly number[];
  /** No more will be taken. */
  readonly isFinal: boolean;
  /** How many more messages there is room for, where the peer says so (WCF's and Metro's flow control). */
  readonly bufferRemaining: number | undefined;
}

/** All that the header of one message says about sequences. */
export interface SequenceHeaders {
  readonly version: SequenceVersion;
  readonly numbered: Numbered | undefined;
  /** Identifiers of sequences whose state is asked for. */
  readonly ackRequested: readonly string[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** The sequence that is asked for is to be bound to the token that the Body names. */
  readonly usesToken: boolean;
  /** … to the TLS session, which we cannot do. */
  readonly usesTls: boolean;
  /** Of a SOAP 1.1 fault, which has it in a header. */
  readonly fault: SequenceFault | undefined;
}

const HEADERS_MAX = 16;
const RANGES_MAX = 512;
const NUMBER_BYTES_MAX = 64;
const NAMES = {
  identifier: localName('Identifier'),
  messageNumber: localName('MessageNumber'),
  lastMessage: localName('LastMessage'),
  range: localName('AcknowledgementRange'),
  none: localName('None'),
  final: localName('Final'),
  nack: localName('Nack'),
  lower: localName('Lower'),
  upper: localName('Upper'),
} as const;

/** The generation of a header block, if it is about sequences. */
export function generationOf(tape: Tape, block: number): SequenceVersion | undefined {
  const namespace = namespaceOf(tape, block);
  if (namespace === Namespace.wsrm) return '200702';
  return namespace === Namespace.wsrm05 ? '200502' : undefined;
}

/** Collects the header blocks of one message. */
export class SequenceHeaderReader {
  readonly #limits: Limits;
  readonly #ackRequested: string[] = [];
  readonly #acknowledgements: Acknowledgement[] = [];
  #version: SequenceVersion | undefined;
  #numbered: Numbered | undefined;
  #usesToken = false;
  #usesTls = false;
  #fault: SequenceFault | undefined;
  #count = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Reads the header block `block`, if it is about sequences; other blocks of their namespaces are left alone.
   * @throws Fault `peer.structure-invalid` another content, a block twice, or two generations in one message;
   *   `peer.encoding-invalid`, `peer.sequence-rollover`, `peer.sequence-acknowledgement`, `peer.limit-acknowledgement`, `peer.limit-value`
   */
  take(tape: Tape, block: number): void {
    const version = generationOf(tape, block);
    if (version === undefined) return;
    if (this.#version !== undefined && this.#version !== version)
      throw structureInvalid(tape, block, 'two generations of WS-ReliableMessaging');
    this.#version = version;
    this.#count++;
    if (this.#count > HEADERS_MAX)
      throw limitFault('peer.limit-acknowledgement', 'sequenceHeadersMax', HEADERS_MAX, this.#count);
    switch (localNameOf(tape, block)) {
      case 'Sequence':
        this.#once(tape, block, this.#numbered !== undefined);
        this.#numbered = readNumbered(tape, block, this.#limits);
        break;
      case 'AckRequested':
        this.#ackRequested.push(readIdentifier(tape, block, this.#limits));
        break;
      case 'SequenceAcknowledgement':
        this.#acknowledgements.push(readAcknowledgement(tape, block, this.#limits));
        break;
      case 'UsesSequenceSTR':
        this.#once(tape, block, this.#usesToken);
        this.#usesToken = true;
        break;
      case 'UsesSequenceSSL':
        this.#usesTls = true;
        break;
      case 'SequenceFault':
        this.#once(tape, block, this.#fault !== undefined);
        this.#fault = readSequenceFaultHeader(tape, block, this.#limits);
        break;
    }
  }

  /**
   * The same, of a header block that stands alone in canonical form (borrowed); `tape` is scratch.
   * @throws Fault of the scanner, and as {@link take}
   */
  takeAlone(octets: Uint8Array, tape: Tape): void {
    if (this.#takePlain(octets)) return;
    scan(octets, this.#limits, tape);
    this.take(tape, 0);
  }

  /** perf: nearly every message of a sequence has such, and nothing else. What is to be refused is left to {@link take}. */
  #takePlain(octets: Uint8Array): boolean {
    const block = plainBlock(octets, this.#limits);
    if (block === undefined || this.#count >= HEADERS_MAX) return false;
    if (this.#version !== undefined && this.#version !== block.version) return false;
    const { version, identifier } = block;
    if ('range' in block) {
      const { range, bufferRemaining } = block;
      this.#acknowledgements.push({ identifier, ranges: [range], nacks: [], isFinal: false, bufferRemaining });
    } else if (this.#numbered === undefined) this.#numbered = { identifier, number: block.number, isLast: false };
    else return false;
    this.#version = version;
    this.#count++;
    return true;
  }

  /** What was read; `undefined` if it was nothing. */
  done(): SequenceHeaders | undefined {
    if (this.#version === undefined) return undefined;
    return {
      version: this.#version,
      numbered: this.#numbered,
      ackRequested: this.#ackRequested,
      acknowledgements: this.#acknowledgements,
      usesToken: this.#usesToken,
      usesTls: this.#usesTls,
      fault: this.#fault,
    };
  }

  #once(tape: Tape, block: number, isThere: boolean): void {
    if (isThere) throw structureInvalid(tape, block, `wsrm:${localNameOf(tape, block)} twice`);
  }
}

function readNumbered(tape: Tape, block: number, limits: Limits): Numbered {
  const identifier = readIdentifier(tape, block, limits);
  const namespace = namespaceOf(tape, block);
  const children = childrenOf(tape, block);
  const number = children.find((child) => isNamed(tape, child, namespace, NAMES.messageNumber));
  if (number === undefined) throw structureInvalid(tape, block, 'no MessageNumber');
  const isLast = children.some((child) => isNamed(tape, child, Namespace.wsrm05, NAMES.lastMessage));
  const text = trimmedText(tape, number, 'wsrm:MessageNumber', NUMBER_BYTES_MAX, 'textBytesMax');
  try {
    return { identifier, number: parseMessageNumber(text, 'MessageNumber'), isLast };
  } catch (error) {
    throw error instanceof Fault && error.code === 'peer.sequence-rollover'
      ? new Fault(error.code, { ...error.detail, sequence: identifier })
      : error;
  }
}

function readAcknowledgement(tape: Tape, block: number, limits: Limits): Acknowledgement {
  const identifier = readIdentifier(tape, block, limits);
  const namespace = namespaceOf(tape, block);
  const ranges: NumberRange[] = [];
  const nacks: number[] = [];
  let isNone = false;
  let isFinal = false;
  let bufferRemaining: number | undefined;
  const invalid = (reason: string): Fault =>
    new Fault('peer.sequence-acknowledgement', { reason, sequence: identifier });
  for (const child of childrenOf(tape, block)) {
    if (isNamed(tape, child, namespace, NAMES.range)) ranges.push(readRange(tape, child, invalid));
    else if (isNamed(tape, child, namespace, NAMES.nack))
      nacks.push(
        acknowledgedNumber(trimmedText(tape, child, 'wsrm:Nack', NUMBER_BYTES_MAX, 'textBytesMax'), 'Nack', invalid),
      );
    else if (isNamed(tape, child, namespace, NAMES.none)) isNone = true;
    else if (isNamed(tape, child, namespace, NAMES.final)) isFinal = true;
    else if (isBufferRemaining(tape, child)) bufferRemaining = readCount(tape, child);
    // safety: each range costs a comparison with all others, and stays in the state.
    if (ranges.length + nacks.length > RANGES_MAX)
      throw limitFault('peer.limit-acknowledgement', 'acknowledgementRangesMax', RANGES_MAX);
  }
  const isEmpty = ranges.length === 0 && nacks.length === 0;
  const kinds = Number(ranges.length > 0) + Number(nacks.length > 0) + Number(isNone);
  if (kinds > 1 || (isFinal && nacks.length > 0)) throw invalid('ranges, Nack and None exclude each other');
  if (isEmpty && !isNone) throw invalid('neither ranges nor Nack nor None');
  const ordered = orderedRanges(ranges);
  if (ordered === undefined) throw invalid('ranges that overlap');
  return { identifier, ranges: isNone ? NO_NUMBERS : ordered, nacks, isFinal, bufferRemaining };
}

function readRange(tape: Tape, element: number, invalid: (reason: string) => Fault): NumberRange {
  const end = (name: Uint8Array, text: string): number => {
    const attribute = attributeNamed(tape, element, Namespace.none, name);
    if (attribute < 0) throw structureInvalid(tape, element, `no ${text}`);
    return acknowledgedNumber(attributeValue(tape, attribute, NUMBER_BYTES_MAX).trim(), text, invalid);
  };
  const range = { lower: end(NAMES.lower, 'Lower'), upper: end(NAMES.upper, 'Upper') };
  if (range.lower > range.upper) throw invalid('a range that ends before it begins');
  return range;
}

/** One higher than we count is no message of ours: it was not sent, and it ends nobody's numbers. */
function acknowledgedNumber(text: string, field: string, invalid: (reason: string) => Fault): number {
  try {
    return parseMessageNumber(text, field);
  } catch (error) {
    throw error instanceof Fault && error.code === 'peer.sequence-rollover' ? invalid('not sent') : error;
  }
}

function isBufferRemaining(tape: Tape, element: number): boolean {
  return hasName(tape, element, NETRM.uri, 'BufferRemaining');
}

const COUNT_MAX = 1_000_000;

/** interop: what is no number says nothing, and only slows nobody down. */
function readCount(tape: Tape, element: number): number | undefined {
  const text = trimmedText(tape, element, 'netrm:BufferRemaining', NUMBER_BYTES_MAX, 'textBytesMax');
  return /^\d+$/.test(text) ? Math.min(Number(text), COUNT_MAX) : undefined;
}

/** wsrm:Identifier of the element `parent`, its first child. @throws Fault `peer.structure-invalid`, `peer.limit-value` */
export function readIdentifier(tape: Tape, parent: number, limits: Limits): string {
  requireElementOnly(tape, parent, `wsrm:${localNameOf(tape, parent)}`);
  const found = childrenOf(tape, parent).filter((child) =>
    isNamed(tape, child, namespaceOf(tape, parent), NAMES.identifier),
  );
  const [element] = found;
  if (element === undefined || found.length > 1) throw structureInvalid(tape, parent, 'not one wsrm:Identifier');
  const text = trimmedText(tape, element, 'wsrm:Identifier', limits.identifierBytesMax);
  if (text === '') throw structureInvalid(tape, element, 'an empty wsrm:Identifier');
  return text;
}

function childrenOf(tape: Tape, parent: number): readonly number[] {
  const children: number[] = [];
  for (let child = firstChild(tape, parent); child >= 0; child = nextSibling(tape, child)) children.push(child);
  return children;
}
