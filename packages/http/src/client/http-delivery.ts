/** Messages that answer nothing, sent over HTTP to addresses of peers (`deliver` of an endpoint). */
import type { AddressedMessage } from '@parley/conversation';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, optional, requireOptions, shapeOf } from '@parley/core/internal';
import type { Dispatcher } from 'undici';
import { getGlobalDispatcher } from 'undici';
import { DISPATCHER, TIMEOUT_MS } from './connection-shape.ts';
import { post } from './post.ts';

export interface HttpDeliveryOptions {
  /** Connections of one's own. Default: those of the process. */
  readonly dispatcher?: Dispatcher | undefined;
  /** How long the peer may take to say that it has it. Default 10 seconds. */
  readonly answerTimeoutMs?: number | undefined;
  /** Is told what could not be sent. */
  readonly onFailed?: ((failure: unknown, message: AddressedMessage) => void) | undefined;
}

const OPTIONS: Kind<HttpDeliveryOptions> = shapeOf<HttpDeliveryOptions>({
  dispatcher: optional(DISPATCHER),
  answerTimeoutMs: optional(TIMEOUT_MS),
  onFailed: optional(callback()),
});

/** What posts each message to its address. Never rejects. @throws Fault `caller.option-invalid` */
export function httpDelivery(options: HttpDeliveryOptions = {}): (message: AddressedMessage) => Promise<void> {
  requireOptions(OPTIONS, options, 'options');
  const { dispatcher = getGlobalDispatcher(), answerTimeoutMs = 10_000, onFailed } = options;
  const bounds = { answerTimeoutMs, answerBytesMax: DEFAULT_LIMITS.messageBytesMax };
  return async (message) => {
    try {
      const { to, octets, soapVersion, soapAction } = message;
      await post(new URL(to), { octets, soapVersion, soapAction }, dispatcher, bounds, undefined);
    } catch (error) {
      onFailed?.(error, message);
    }
  };
}
