/**
 * In which order the children of a Security header stand (WS-SecurityPolicy §6.7).
 *
 * `strict`: tokens stand before what uses them, those that keys are derived from before the derived ones; what is signed in the
 * header stands before its signature, confirmations apart; and the keys before a ReferenceList that stands alone. The others take them anywhere; `lax-timestamp-first` and
 * `lax-timestamp-last` want a Timestamp, and say where.
 */
export const LAYOUTS = ['strict', 'lax', 'lax-timestamp-first', 'lax-timestamp-last'] as const;
export type Layout = (typeof LAYOUTS)[number];
