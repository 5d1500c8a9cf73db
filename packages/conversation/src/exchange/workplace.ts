import { Tape } from '@parley/codec';
import { Workspace } from '@parley/engine';

/** More than that is given back: it would be overwritten after every message. */
const OCTETS_KEPT_MAX = 1024 * 1024;

/**
 * Where a party opens and seals its messages, one after the other: what that needs is made once, and nothing secret is left between
 * two messages.
 */
export class Workplace {
  /** For what is read beside, and done with at once. */
  readonly tape: Tape = new Tape();
  #workspace: Workspace | undefined;

  /** Runs `work`, which is synchronous, and keeps nothing of the workspace. What it throws is rethrown. */
  use<T>(work: (workspace: Workspace) => T): T {
    const workspace = this.#workspace ?? new Workspace();
    // A callback in `work` may come here again, and works elsewhere.
    this.#workspace = undefined;
    try {
      return work(workspace);
    } finally {
      workspace.wipe();
      const { plain, sink, written } = workspace;
      if (plain.bytes.length + sink.bytes.length + written.bytes.length <= OCTETS_KEPT_MAX) this.#workspace = workspace;
    }
  }
}
