import type { Kind } from '@parley/core/internal';
import { callback, objectWith, oneOf, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import { AMBIENT } from '../exchange/ambient-shape.ts';
import type { NegotiationKind, NegotiationScene } from './negotiation.ts';

/** The least that is asked of a way to agree. */
export const NEGOTIATION: Kind<NegotiationKind> = objectWith<NegotiationKind>({
  kind: TEXT,
  needs: oneOf(['message', 'message-or-channel']),
  begin: callback(),
});

const SIDE = oneOf(['initiator', 'responder']);
const SCENE: Kind<NegotiationScene> = shapeOf<NegotiationScene>({
  version: oneOf(['200512', '200502']),
  ambient: AMBIENT,
});

/** @throws Fault `caller.option-invalid` */
export function requireScene(side: unknown, scene: unknown): void {
  requireKind(SIDE, side, 'side');
  requireOptions(SCENE, scene, 'scene');
}
