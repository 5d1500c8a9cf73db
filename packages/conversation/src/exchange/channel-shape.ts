import type { Kind } from '@parley/core/internal';
import { FLAG, oneOf, optional, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { Channel } from './channel.ts';

export const CHANNEL: Kind<Channel> = shapeOf<Channel>({
  secure: FLAG,
  client: optional(TEXT),
  address: optional(TEXT),
  soapAction: optional(TEXT),
  soapVersion: optional(oneOf(['1.1', '1.2'])),
});

/** safety: a channel that does not say whether it is secure is none. @throws Fault `caller.option-invalid` */
export function requireChannel(channel: unknown): asserts channel is Channel {
  requireOptions(CHANNEL, channel, 'channel');
}
