/** Who hands over the messages of a sequence, and until when nobody else does: many nodes may serve what one store keeps. */
export interface Lease {
  /** The node. */
  readonly node: string;
  /** Which of its shifts. */
  readonly shift: string;
  /** Epoch milliseconds. A node that has died is waited for so long. */
  readonly untilMs: number;
  /** How long it is. */
  readonly lengthMs: number;
}

/** The hand-overs of one sequence that a node makes in one go. */
export interface Shift extends Pick<Lease, 'node' | 'shift'> {
  readonly leaseMs: number;
  /** Whether a shift of this node is not over. */
  isGoingOn(shift: string): boolean;
  /** Whether nobody has renewed that lease for as long as it is, as far as this node has seen. */
  isAbandoned(lease: Lease, atMs: number): boolean;
}

/** Whether `shift` may hand over: nobody else does, or whoever did has gone. */
export function mayHandOver(lease: Lease | undefined, shift: Shift, atMs: number): boolean {
  if (lease === undefined || lease.untilMs <= atMs) return true;
  // A node knows which of its own are over: after it was started again, all are.
  if (lease.node === shift.node) return lease.shift === shift.shift || !shift.isGoingOn(lease.shift);
  return isFromLater(lease, atMs) && shift.isAbandoned(lease, atMs);
}

/**
 * Whether it was taken later than the clocks of nodes may differ: the clock was set back since. What it says is no time to wait for, but how
 * long it is is.
 */
function isFromLater({ untilMs, lengthMs }: Lease, atMs: number): boolean {
  return untilMs - lengthMs - atMs > lengthMs / 2;
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
  return { node, shift, untilMs: atMs + leaseMs, lengthMs: leaseMs };
}
