/** What makes an object a bootstrap: the least that initiator and responder ask of it. Kinds of one's own may have more. */
import type { Kind, Members } from '@parley/core/internal';
import { anything, callback, objectWith, oneOf, optional, TEXT } from '@parley/core/internal';
import { BOOTSTRAP_PROFILE_NAMES } from '@parley/engine';
import type { InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';

const PROTECTED_BY = oneOf(['channel', 'message']);

const INITIATOR: Members<InitiatorBootstrap> = {
  kind: TEXT,
  protectedBy: PROTECTED_BY,
  begin: callback(),
  encryptKey: optional(callback()),
};
const RESPONDER: Members<ResponderBootstrap> = {
  kind: TEXT,
  protectedBy: PROTECTED_BY,
  profile: oneOf([...BOOTSTRAP_PROFILE_NAMES, 'wcf-mixed', 'strict']),
  // `policyOf` and `open` look at these.
  demands: anything(),
  allows: anything(),
  credentials: anything(),
  authenticate: optional(callback()),
  contexts: anything(),
  principalOf: callback(),
  answer: callback(),
  encryptKey: optional(callback()),
};

export const INITIATOR_BOOTSTRAP: Kind<InitiatorBootstrap> = objectWith<InitiatorBootstrap>(INITIATOR);
export const RESPONDER_BOOTSTRAP: Kind<ResponderBootstrap> = objectWith<ResponderBootstrap>(RESPONDER);
