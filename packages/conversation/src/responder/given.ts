/** What the calls of a responder are given. */
import type { Kind } from '@parley/core/internal';
import {
  listOf,
  objectWith,
  oneOf,
  optional,
  readable,
  requireInput,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import { requireChannel } from '../exchange/channel-shape.ts';
import type { Protection } from '../protection/protection.ts';
import type { EndOptions, ResponderRequest } from './end-context.ts';
import type { Answered } from './received.ts';

// A message that was opened is one, and more.
const ANSWERED: Kind<Answered> = objectWith<Answered>({
  identifier: TEXT,
  instance: optional(TEXT),
  signatureValues: optional(listOf(TEXT)),
});
// `seal` looks into it.
const PROTECTION = readable<Protection>();
const ENDING: Kind<EndOptions> = shapeOf<EndOptions>({
  to: TEXT,
  soapVersion: optional(oneOf(['1.1', '1.2'])),
  version: optional(oneOf(['200512', '200502'])),
});
const REQUEST = objectWith<Pick<ResponderRequest, 'messageId'>>({ messageId: TEXT });

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireMessage(bytes: unknown, channel: unknown): void {
  requireInput(bytes, 'bytes');
  requireChannel(channel);
}

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireAnswering(envelope: unknown, request: unknown, protection: unknown): void {
  requireInput(envelope, 'envelope');
  requireKind(ANSWERED, request, 'request');
  requireKind(PROTECTION, protection, 'protection');
}

/** @throws Fault `caller.option-invalid` */
export function requireEnding(identifier: unknown, options: unknown): void {
  requireKind(TEXT, identifier, 'identifier');
  requireOptions(ENDING, options, 'options');
}

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireEndingAnswer(bytes: unknown, request: unknown, channel: unknown): void {
  requireMessage(bytes, channel);
  requireKind(REQUEST, request, 'request');
}
