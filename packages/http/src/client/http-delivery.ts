/** Messages that answer nothing, sent over HTTP to addresses of peers (`deliver` of an endpoint). */
import type { AddressedMessage } from '@parley/conversation';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Dispatcher } from 'undici';
import { getGlobalDispatcher } from 'undici';
import { post } from './post.ts';

export interface HttpDeliveryOptions {
  /** Connections of one's own. Default: those of the process. */
  readonly dispatcher?: Dispatcher | undefined;
  /** How long the peer may take to say that it has it. Default 10 seconds. */
  readonly answerTimeoutMs?: number | undefined;
  /** Is told what could not be sent. */
  readonly onFailed?: ((failure: unknown, message: AddressedMessage) => void) | undefined;
}

/** What posts each message to its address. Never rejects. */
export function httpDelivery({
  dispatcher = getGlobalDispatcher(),
  answerTimeoutMs = 10_000,
  onFailed,
}: HttpDeliveryOptions = {}): (message: AddressedMessage) => Promise<void> {
  const bounds = { answerTimeoutMs, answerBytesMax: DEFAULT_LIMITS.messageBytesMax };
  return async (message) => {
    try {
      await post(new URL(message.to), message, dispatcher, bounds, undefined);
    } catch (error) {
      onFailed?.(error, message);
    }
  };
}
