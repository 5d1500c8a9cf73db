import { randomFillSync } from 'node:crypto';
import { randomReserve } from '@parley/core/internal';
import { open, seal, Workspace } from '@parley/engine';
import { must } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';
import { OPEN_FLOOR, SEAL_FLOOR } from './floor.ts';
import type { SecuredMessages } from './secured.ts';

export const OPEN_KNOWN = 'Parley open, known keys';
export const OPEN = 'Parley open';
export const OPEN_AGAIN = 'Parley open, again';
export const SEAL = 'Parley seal';

/** `open` and `seal` as a worker calls them. Where keys are derived, `open` derives them anew for each message. */
export function ourSubjects(secured: SecuredMessages): readonly SynchronousSubject[] {
  const { name: message, kind, bytes } = secured;
  const known = { name: OPEN_KNOWN, message, bytes, against: OPEN_FLOOR, run: opening(secured, false) };
  return [
    ...(kind.derivesKeys ? [known] : []),
    { name: OPEN, message, bytes, against: OPEN_FLOOR, run: opening(secured, true) },
    // The same beside itself: what the figures stray by.
    { name: OPEN_AGAIN, message, bytes, against: OPEN, run: opening(secured, true) },
    ...sealingSubjects(secured),
  ];
}

function sealingSubjects({ name: message, kind, envelope, bytes }: SecuredMessages): readonly SynchronousSubject[] {
  if (envelope === undefined || kind.sealing === undefined) return [];
  const sealing = {
    ...kind.sealing,
    workspace: new Workspace(),
    // As workers and conversations have it.
    fillRandom: randomReserve((out) => void randomFillSync(out)),
  };
  return [{ name: SEAL, message, bytes, against: SEAL_FLOOR, run: () => must(seal(envelope, sealing)) }];
}

function opening({ kind, messages }: SecuredMessages, forgets: boolean): () => unknown {
  const workspace = new Workspace();
  const request = { ...kind.opening, workspace, borrow: true };
  let next = 0;
  return () => {
    if (next === messages.length) {
      next = 0;
      if (forgets) workspace.keys.clear(); // costs what a full cache costs: a key wiped per key made
    }
    return must(open(messages[next++]!, request));
  };
}
