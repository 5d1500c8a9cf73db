import type { OutgoingMessage } from '../message/bus-message.ts';
import { refusedHeaders } from '../message/verdict-headers.ts';
import type { Unsendable } from './ports.ts';

/** What a bus will not take, for the dead letters: with the reason. */
export function refused({ message, code, reason }: Unsendable): OutgoingMessage {
  return { ...message, headers: { ...message.headers, ...refusedHeaders({ code, detail: { reason } }) } };
}
