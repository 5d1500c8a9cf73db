import type { Kind } from '@parley/core/internal';
import { callback, objectWith, oneOf, TEXT } from '@parley/core/internal';
import type { NegotiationKind } from './negotiation.ts';

/** The least that is asked of a way to agree. */
export const NEGOTIATION: Kind<NegotiationKind> = objectWith<NegotiationKind>({
  kind: TEXT,
  needs: oneOf(['message', 'message-or-channel']),
  begin: callback(),
});
