/** How much of where an error was made is taken down with it: that costs more than most of what refuses a message. */

let peersFaultsAreData = false;

/** What `run` gives, which answers with data: nobody reads where in us a fault of the peer's was found. */
export function withPeersFaultsAsData<T>(run: () => T): T {
  const before = peersFaultsAreData;
  peersFaultsAreData = true;
  try {
    return run();
  } finally {
    peersFaultsAreData = before;
  }
}

/** Takes no stacks down from here on, if a fault of that code is data: gives the depth to {@link restoreStackDepth}. */
export function stackDepthFor(code: string): number {
  const { stackTraceLimit } = Error;
  if (peersFaultsAreData && code.startsWith('peer.')) restoreStackDepth(0);
  return stackTraceLimit;
}

/** Takes that many frames down from here on; where intrinsics are frozen, it stays as it is. */
export function restoreStackDepth(depth: number): void {
  if (Error.stackTraceLimit !== depth) Reflect.set(Error, 'stackTraceLimit', depth);
}
