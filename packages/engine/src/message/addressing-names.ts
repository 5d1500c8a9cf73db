/** The wsa headers, in the order in which claims hold them. */
export const ADDRESSING_NAMES = ['Action', 'MessageID', 'To', 'ReplyTo', 'RelatesTo', 'FaultTo', 'From'] as const;
export type AddressingName = (typeof ADDRESSING_NAMES)[number];

/** Place of each name in {@link ADDRESSING_NAMES}. */
export const Addressing = { Action: 0, MessageID: 1, To: 2, ReplyTo: 3, RelatesTo: 4, FaultTo: 5, From: 6 } as const;
