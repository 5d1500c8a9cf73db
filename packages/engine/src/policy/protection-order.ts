/** What is done first to what is both signed and encrypted. */
export type ProtectionOrder = (typeof PROTECTION_ORDERS)[number];

export const PROTECTION_ORDERS = ['sign-then-encrypt', 'encrypt-then-sign'] as const;
