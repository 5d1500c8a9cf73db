import type { Kind } from '@parley/core/internal';
import { FLAG, oneOf, shapeOf } from '@parley/core/internal';

/** How addressing headers of ours are written. */
export interface AddressingStyle {
  readonly version: '1.0' | '2004/08';
  /** Whether Action and To must be understood: clients without WS-Addressing refuse headers that say so. */
  readonly mustUnderstand: boolean;
}

/** WS-Addressing 1.0, as WCF writes it. */
export const ADDRESSING_1_0: AddressingStyle = Object.freeze({ version: '1.0', mustUnderstand: true });

export const ADDRESSING_STYLE: Kind<AddressingStyle> = shapeOf<AddressingStyle>({
  version: oneOf(['1.0', '2004/08']),
  mustUnderstand: FLAG,
});
