/** The states of both ends as tables: what is not in them does not happen. docs/sequences.md shows them. */

/** States by name; of each, the events that it takes, and the state after it. */
export type StateTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

/** Of the end that sends. */
export type SourceStateName = 'created' | 'closing' | 'closed' | 'terminating' | 'terminated';
export type SourceEvent =
  | 'number' // a new message
  | 'acknowledgement'
  | 'final acknowledgement'
  | 'close' // CloseSequence, or LastMessage of 2005/02
  | 'closed' // its answer; in 2005/02, everything is acknowledged
  | 'terminate'
  | 'terminated' // its answer; in 2005/02, it was sent
  | 'fault' // one that ends the sequence
  | 'lapse'; // it expired, or the other end was silent for too long

const LOST = { fault: 'terminated', lapse: 'terminated' } as const;

export const SOURCE_STATES: StateTable<SourceStateName, SourceEvent> = {
  created: {
    number: 'created',
    acknowledgement: 'created',
    'final acknowledgement': 'closed',
    close: 'closing',
    // Nobody asked; but whoever says so takes no more.
    closed: 'closed',
    terminate: 'terminating',
    ...LOST,
  },
  closing: {
    acknowledgement: 'closing',
    'final acknowledgement': 'closed',
    close: 'closing',
    closed: 'closed',
    terminate: 'terminating',
    ...LOST,
  },
  closed: {
    acknowledgement: 'closed',
    'final acknowledgement': 'closed',
    close: 'closed',
    closed: 'closed',
    terminate: 'terminating',
    ...LOST,
  },
  terminating: {
    acknowledgement: 'terminating',
    'final acknowledgement': 'terminating',
    // The answer to a CloseSequence that was sent again may be the last to come.
    closed: 'terminating',
    terminate: 'terminating',
    terminated: 'terminated',
    ...LOST,
  },
  terminated: {
    acknowledgement: 'terminated',
    'final acknowledgement': 'terminated',
    closed: 'terminated',
    terminate: 'terminated',
    terminated: 'terminated',
    ...LOST,
  },
};

/** Of the end that receives. */
export type DestinationStateName = 'open' | 'closed' | 'terminated';
export type DestinationEvent =
  | 'message' // one that is new
  | 'repeat' // one that is there already
  | 'request' // for an acknowledgement
  | 'close'
  | 'terminate'
  | 'fault'
  | 'lapse';

export const DESTINATION_STATES: StateTable<DestinationStateName, DestinationEvent> = {
  open: {
    message: 'open',
    repeat: 'open',
    request: 'open',
    close: 'closed',
    terminate: 'terminated',
    ...LOST,
  },
  closed: { repeat: 'closed', request: 'closed', close: 'closed', terminate: 'terminated', ...LOST },
  // What ended it is answered again, if its answer was lost.
  terminated: { close: 'terminated', terminate: 'terminated', ...LOST },
};

/** The state after `event`, or `undefined` where it cannot be. */
export function stateAfter<State extends string, Event extends string>(
  table: StateTable<State, Event>,
  state: State,
  event: Event,
): State | undefined {
  return table[state][event];
}
