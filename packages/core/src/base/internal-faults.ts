/**
 * How we and our machinery fail; to peers all of it is `Receiver`. A row has the code's meaning; then, where it is not
 * `never` and `operator`, whether trying again can help, and who has to act.
 */
export const INTERNAL_FAULTS = {
  'internal.invariant': ['We contradict ourselves: a bug of Parley.', 'never', 'parley'],
  'internal.crypto': ['The cryptographic library failed where it must not.', 'never', 'parley'],
  'internal.context-needed': [
    'A worker does not hold the context; the pool supplies it and runs the job again.',
    'later',
    'parley',
  ],
  'internal.worker-lost': ['A worker died, and its jobs could not be run again.', 'later'],
  'internal.store-unavailable': ['The context store cannot be reached.', 'later'],
  'internal.bus-unavailable': ['The message bus cannot be reached, or does not answer in time.', 'later'],
  'internal.bus-refused': [
    'The message bus will never take the message as it is: it is too large for it, or goes to an address that it has not.',
  ],
  'internal.key-service-unavailable': ['What keeps the keys cannot be reached, or fails.', 'later'],
  'internal.clock-stepped': ['The clock of this machine went back, or is far from that of another node.', 'later'],
  'internal.store-corrupt': ['The context store holds what we did not write.'],
  'internal.service-failed': ['The application behind an endpoint failed.', 'never', 'program'],
  'internal.busy': ['More work is waiting than was allowed to.', 'later'],
  'internal.quota': ['A table that has a ceiling is full.', 'later'],
} as const;
