// Other implementations as real servers and clients of secure conversations, on the loopback; see docs/interop-live.md.

/** Where a peer's server listens, or where its client is to call. */
export interface Bases {
  /** Without a slash at the end; the endpoint's name is the path. */
  readonly http: string;
  readonly https: string;
}

/** What a peer's client did at one endpoint: its steps, each `name: ok` or what went wrong. */
export type Steps = readonly string[];

export interface RunningServer extends Bases {
  /** Lets the peer end by itself. */
  stop(): Promise<void>;
}

/** One that can be started on this machine. */
export interface LivePeer {
  /** Serves the endpoints until it is stopped. */
  serve(endpoints: readonly string[], options?: Readonly<Record<string, string>>): Promise<RunningServer>;
  /** Runs the peer's client against servers at `bases`, one session an endpoint. */
  call(
    endpoints: readonly string[],
    bases: Bases,
    options?: Readonly<Record<string, string>>,
  ): Promise<Map<string, Steps>>;
}
