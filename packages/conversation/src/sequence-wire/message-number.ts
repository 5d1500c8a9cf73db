import { Fault } from '@parley/core';

/**
 * The highest number that we count to. The specification has 9223372036854775807, and lets a side have less, which it
 * says in MessageNumberRollover (WS-RM 1.2 §4.5): nobody sends so many.
 */
export const MESSAGE_NUMBER_MAX: number = Number.MAX_SAFE_INTEGER;

const DIGITS_MAX = 20;

/**
 * A message number.
 * @throws Fault `peer.encoding-invalid` no number from 1 on; `peer.sequence-rollover` higher than we count
 */
export function parseMessageNumber(text: string, field: string): number {
  if (!/^\d+$/.test(text)) throw new Fault('peer.encoding-invalid', { field });
  const digits = text.replace(/^0+/, '');
  if (digits === '') throw new Fault('peer.encoding-invalid', { field });
  const number = digits.length > DIGITS_MAX ? Number.POSITIVE_INFINITY : Number(digits);
  if (number > MESSAGE_NUMBER_MAX) throw new Fault('peer.sequence-rollover', { field });
  return number;
}
