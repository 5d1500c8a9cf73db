/** Every kernel on every message. All kernels of one message are one group: they are measured in turn. */
import type { BenchMessage } from '../corpus.ts';
import { sealedMessages, vectorMessages } from '../corpus.ts';
import type { Measurement, Rounds, SynchronousSubject, Wanted } from '../measure.ts';
import { measure } from '../measure.ts';
import { canonicaliseKernel } from './canonicalise.ts';
import { deriveKernels } from './derive.ts';
import { floorKernel } from './floor.ts';
import { openColdKernel, openKernel } from './open.ts';
import { scanKernel } from './scan.ts';
import { sealKernel } from './seal.ts';
import { slowKernels } from './slow.ts';

/** Measures the kernels of the messages whose name is wanted. */
export function measureKernels(rounds: Rounds, isWanted: Wanted): readonly Measurement[] {
  const messages = [...vectorMessages(), ...sealedMessages()].filter(({ name }) => isWanted(name));
  const derivations = isWanted('') ? measure(deriveKernels(), rounds) : [];
  const slow = slowKernels().filter(({ message = '' }) => isWanted(message));
  const slowest = slow.length > 0 ? measure(slow, rounds) : [];
  return [...derivations, ...messages.flatMap((message) => measure(kernelsOf(message), rounds)), ...slowest];
}

function kernelsOf(message: BenchMessage): readonly SynchronousSubject[] {
  const { making } = message;
  const isEncrypted = making !== undefined && making.request.encrypt !== 'none';
  return [
    // Of an encrypted message `open` scans and canonicalises the plaintext too; the signed ones show what that costs.
    ...(isEncrypted ? [] : [scanKernel(message), canonicaliseKernel(message)]),
    floorKernel(message),
    openKernel(message),
    ...(making === undefined ? [] : [openColdKernel(message), sealKernel(message, making)]),
  ];
}
