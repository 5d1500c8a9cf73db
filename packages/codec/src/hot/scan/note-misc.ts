import { Fault } from '@parley/core';
import type { Tape } from '../../tape/tape.ts';
import { processingInstructionEnd } from '../octets/markup.ts';

/** Counts the comment at `at`. */
export function noteComment(tape: Tape, at: number): void {
  if (tape.commentCount++ === 0) tape.firstComment = at;
}

/** Checks and counts the processing instruction at `at`. @throws Fault `peer.structure-invalid` unless kept */
export function passInstruction(tape: Tape, at: number, last: number, keep: boolean): number {
  const end = processingInstructionEnd(tape.bytes, at, last);
  if (!keep) throw new Fault('peer.structure-invalid', { offset: at, reason: 'processing-instruction' });
  if (tape.processingInstructionCount++ === 0) tape.firstProcessingInstruction = at;
  return end;
}
