/** Who hands over the messages of a sequence, and until when nobody else does: many nodes may serve what one store keeps. */
export interface Lease {
  /** The node. */
  readonly node: string;
  /** Which of its shifts. */
  readonly shift: string;
  /** Epoch milliseconds. A node that has died is waited for so long. */
  readonly untilMs: number;
}

/** The hand-overs of one sequence that a node makes in one go. */
export interface Shift extends Pick<Lease, 'node' | 'shift'> {
  readonly leaseMs: number;
  /** Whether a shift of this node is not over. */
  isGoingOn(shift: string): boolean;
}

/** Whether `shift` may hand over: nobody else does, or whoever did has gone. */
export function mayHandOver(lease: Lease | undefined, shift: Shift, atMs: number): boolean {
  if (lease === undefined || lease.untilMs <= atMs) return true;
  // A node knows which of its own are over: after it was started again, all are.
  return lease.node === shift.node && (lease.shift === shift.shift || !shift.isGoingOn(lease.shift));
}

/** Whether another node hands over, or has died and is waited for. */
export function isHeldElsewhere(lease: Lease | undefined, shift: Shift, atMs: number): boolean {
  return lease !== undefined && lease.node !== shift.node && !mayHandOver(lease, shift, atMs);
}

/** Whether the lease is that shift's. */
export function isHeldBy(lease: Lease | undefined, { node, shift }: Shift): boolean {
  return lease?.node === node && lease.shift === shift;
}

/** A lease that begins at `atMs`. */
export function leaseOf({ node, shift, leaseMs }: Shift, atMs: number): Lease {
  return { node, shift, untilMs: atMs + leaseMs };
}
