/** All that is measured, by the names that Prometheus knows it by: seconds and octets, totals of what only grows. */

interface Row {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Beside `endpoint`, which all have. Their values are of closed sets: nothing that a peer chose. */
  readonly labels: readonly string[];
  readonly help: string;
}

export const INSTRUMENTS = {
  parley_requests_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Requests that a responder answered, by what they were: issued, renewed, cancelled, message, refused and so on.',
  },
  parley_refused_total: {
    kind: 'counter',
    labels: ['code', 'quota'],
    help: 'Requests that a responder refused, by fault code; quota names what was used up, of internal.quota.',
  },
  parley_contexts_live: {
    kind: 'gauge',
    labels: [],
    help: 'Contexts that this process issued, and that are not over as far as it knows.',
  },
  parley_replay_entries: { kind: 'gauge', labels: [], help: 'Messages that a memory of replays holds.' },
  parley_replay_disk_seconds: {
    kind: 'histogram',
    labels: [],
    help: 'Time for which a message waited until a memory of replays had it on the disk.',
  },
  parley_http_answers_total: {
    kind: 'counter',
    labels: ['status', 'code'],
    help: 'HTTP requests answered, by status and, where it was refused or failed, fault code.',
  },
  parley_http_request_seconds: {
    kind: 'histogram',
    labels: [],
    help: 'From the headers of an HTTP request to the last octet of its answer being handed over.',
  },
  parley_http_in_work: {
    kind: 'gauge',
    labels: [],
    help: 'HTTP requests whose bodies are there and whose answers are not.',
  },
  parley_pool_messages_total: { kind: 'counter', labels: [], help: 'Messages that a pool took in.' },
  parley_pool_bytes_total: { kind: 'counter', labels: [], help: 'Octets that a pool took in.' },
  parley_pool_refused_total: {
    kind: 'counter',
    labels: ['code'],
    help: 'Messages that a pool refused, by fault code.',
  },
  parley_pool_batches_total: { kind: 'counter', labels: [], help: 'Batches given to workers.' },
  parley_pool_retries_total: { kind: 'counter', labels: [], help: 'Batches given again because a worker died.' },
  parley_pool_workers_lost_total: { kind: 'counter', labels: [], help: 'Workers that ended before their pool.' },
  parley_pool_template_hits_total: { kind: 'counter', labels: [], help: 'Messages that a template opened.' },
  parley_pool_context_lookups_total: {
    kind: 'counter',
    labels: [],
    help: 'Times that the store was asked for a context which no worker had.',
  },
  parley_pool_busy_seconds_total: { kind: 'counter', labels: [], help: 'Time that workers spent on batches.' },
  parley_pool_workers: {
    kind: 'gauge',
    labels: [],
    help: 'Workers that have answered a batch, since the pool was made.',
  },
  parley_pool_queued: { kind: 'gauge', labels: [], help: 'Messages taken in and not yet answered.' },
  parley_pool_latency_seconds: {
    kind: 'gauge',
    labels: ['quantile'],
    help: 'From taking a message in to its answer, since the pool was made.',
  },
} as const;

/** What is measured has one of these names. */
export type InstrumentName = keyof typeof INSTRUMENTS;

export type CounterName = NameOf<'counter'>;
export type HistogramName = NameOf<'histogram'>;
type NameOf<Kind extends Row['kind']> = {
  [Name in InstrumentName]: (typeof INSTRUMENTS)[Name]['kind'] extends Kind ? Name : never;
}[InstrumentName];

/** Upper bounds of histograms, in seconds. */
export const SECONDS_BUCKETS: readonly number[] = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
