import { Fault } from '@parley/core';
import { envelopeFault } from '@parley/engine/internal';

/** What `read` makes of an envelope that the application gave. No peer has seen it: what is wrong with it is `caller.envelope-invalid`. @throws Fault */
export function ofOwnEnvelope<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Fault && error.code.startsWith('peer.') ? envelopeFault(error) : error;
  }
}
