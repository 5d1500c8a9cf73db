import { Fault } from '@parley/core';
import { parseInstant } from '@parley/core/internal';
import type { AtPolicy } from '@parley/log';

/** `message`, `now`, or an instant such as `2026-01-15T12:00:00Z`. @throws Fault `caller.option-invalid` */
export function parseAt(text: string, nowMs: number): AtPolicy {
  if (text === 'message') return 'message';
  if (text === 'now') return { atMs: nowMs };
  try {
    return { atMs: parseInstant(text) };
  } catch {
    throw new Fault('caller.option-invalid', {
      reason: `--at takes message, now or an instant like 2026-01-15T12:00:00Z`,
    });
  }
}
