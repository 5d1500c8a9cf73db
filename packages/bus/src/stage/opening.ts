import type { Reply } from '@parley/core';
import type { OpenedMessage, ReplayShare } from '@parley/engine';
import { replayEntries } from '@parley/engine';
import { MemoryClaims } from '../claims/memory-claims.ts';
import type { Delivery } from '../message/bus-message.ts';
import { provenHeaders } from '../message/verdict-headers.ts';
import type { OpeningOptions, ProofOptions } from './options.ts';
import { checkOpening, checkVerifying } from './options.ts';
import type { Stage } from './stage.ts';
import { stageOf } from './stage.ts';

/**
 * A stage that opens messages, and hands on what is proven: octets, and headers (`parley-verdict`, `parley-context`, …).
 * @throws Fault `caller.option-invalid`
 */
export function opening(given: OpeningOptions): Stage {
  checkOpening(given);
  const { handOn = 'body', ...options } = given;
  const prove = prover(options);
  const run = async (delivery: Delivery): Promise<Awaited<ReturnType<typeof prove>>> => {
    const proven = await prove(delivery);
    if (!proven.ok || handOn === 'body') return proven;
    return { ok: true, value: { ...proven.value, octets: delivery.octets } };
  };
  return stageOf({ run }, options);
}

/**
 * A stage that hands messages on as they came, with headers that say what is proven.
 * @throws Fault `caller.option-invalid`
 */
export function verifying(options: ProofOptions): Stage {
  checkVerifying(options);
  return opening({ ...options, handOn: 'message' });
}

/** A message that was opened, as a step hands it on. */
export interface Proven {
  readonly opened: OpenedMessage;
  readonly octets: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly isFirst: () => Promise<boolean>;
}

/** Opens one delivery. */
export function prover({ pool, nowMs, at = 'delivered', claims = new MemoryClaims() }: ProofOptions) {
  return async (delivery: Delivery): Promise<Reply<Proven>> => {
    const { octets: message, place, atMs: takenAtMs } = delivery;
    const atMs = at === 'now' ? nowMs() : (takenAtMs ?? nowMs());
    const reply = await pool.open({
      message,
      atMs,
      mayDecrypt: ({ nowMs: judgedAtMs, share, ...entry }) => claims.claim(entry, place, judgedAtMs, share),
    });
    if (!reply.ok) return reply;
    const opened = reply.value;
    const isFirst = async (): Promise<boolean> => {
      const share = shareOf(opened);
      for (const entry of replayEntries(opened)) if (!(await claims.claim(entry, place, atMs, share))) return false;
      return true;
    };
    return { ok: true, value: { opened, octets: opened.body, headers: provenHeaders(opened), isFirst } };
  };
}

/** On whose account it is remembered. */
function shareOf({ principal, identifier, user }: OpenedMessage): ReplayShare {
  return { owner: principal ?? identifier ?? user?.username ?? '' };
}
