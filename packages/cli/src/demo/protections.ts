import type { ContextProtection } from '@parley/conversation';

const SIGN_ALL: ContextProtection['sign'] = { body: true, addressing: true, timestamp: true };

/** The ways in which messages of the demo are secured, taken in turn. */
export const PROTECTIONS: readonly [ContextProtection, ...ContextProtection[]] = [
  { keys: 'explicit', token: 'attached', encrypt: 'none', order: 'sign-then-encrypt', sign: SIGN_ALL },
  { keys: 'explicit', token: 'attached', encrypt: 'body', order: 'sign-then-encrypt', sign: SIGN_ALL },
  { keys: 'explicit', token: 'external', encrypt: 'body-and-signature', order: 'sign-then-encrypt', sign: SIGN_ALL },
  { keys: 'implied', token: 'attached', encrypt: 'none', order: 'sign-then-encrypt', sign: SIGN_ALL },
  { keys: 'explicit', token: 'attached', encrypt: 'body', order: 'encrypt-then-sign', sign: SIGN_ALL },
  { keys: 'implied', token: 'external', encrypt: 'body', order: 'sign-then-encrypt', sign: SIGN_ALL },
  { keys: 'direct', token: 'attached', encrypt: 'none', order: 'sign-then-encrypt', sign: SIGN_ALL },
];
