/** What the calls of an initiator are given. */
import type { Kind } from '@parley/core/internal';
import { objectWith, only, optional, readable, requireInput, requireKind, TEXT } from '@parley/core/internal';
import { requireChannel } from '../exchange/channel-shape.ts';
import type { Protection } from '../protection/protection.ts';
import type { OutgoingRequest } from './outcome.ts';

type Named = Pick<OutgoingRequest, 'messageId'>;

// All of a request, or its name.
const REQUEST: Kind<Named> = objectWith<Named>({ messageId: TEXT });
// `seal` looks into it.
const PROTECTION = optional(readable<Protection>());
const KIND = optional(only('sequence'));

/** @throws Fault `caller.option-invalid` */
export function requireRequest(request: unknown): asserts request is Named {
  requireKind(REQUEST, request, 'request');
}

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireCall(envelope: unknown, protection: unknown, kind: unknown): void {
  requireInput(envelope, 'envelope');
  requireKind(PROTECTION, protection, 'protection');
  requireKind(KIND, kind, 'kind');
}

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireAnswer(bytes: unknown, request: unknown, channel: unknown): void {
  requireInput(bytes, 'bytes');
  requireRequest(request);
  requireChannel(channel);
}
