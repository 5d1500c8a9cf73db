import { FAULT_CODES } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { OCTETS, objectWith, oneOf, optional, readable, requireKind, shapeOf, TEXT } from '@parley/core/internal';
import type { OutgoingMessage } from '../message/bus-message.ts';
import { refusedHeaders } from '../message/verdict-headers.ts';
import type { Unsendable } from './ports.ts';

const MESSAGE: Kind<OutgoingMessage> = objectWith<OutgoingMessage>({
  octets: OCTETS,
  headers: readable(),
  key: optional(TEXT),
  id: TEXT,
});
const UNSENDABLE: Kind<Unsendable> = shapeOf<Unsendable>({ message: MESSAGE, code: oneOf(FAULT_CODES), reason: TEXT });

/** What a bus will not take, for the dead letters: with the reason. */
export function refused(unsendable: Unsendable): OutgoingMessage {
  requireKind(UNSENDABLE, unsendable, 'unsendable');
  const { message, code, reason } = unsendable;
  return { ...message, headers: { ...message.headers, ...refusedHeaders({ code, detail: { reason } }) } };
}
