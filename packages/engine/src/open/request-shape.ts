/** What `open` and `planOf` take: checked at the door, so that a mistake of ours is never the peer's. */
import type { Kind, Members } from '@parley/core/internal';
import {
  anything,
  either,
  FLAG,
  INSTANT_MS,
  instanceOf,
  listOf,
  oneOf,
  optional,
  port,
  requireInput,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import { CREDENTIALS } from '../keys/credentials-shape.ts';
import { Workspace } from '../memory/workspace.ts';
import { checkedPolicy } from '../policy/policy-of.ts';
import type { OpenRequest, PlanRequest } from './request.ts';

/** Of each message, wherever it is opened. */
export const MESSAGE_MEMBERS: Members<Pick<OpenRequest, 'atMs' | 'soapAction' | 'signatureValuesSent'>> = {
  atMs: either(INSTANT_MS, oneOf(['message'])),
  soapAction: optional(TEXT),
  signatureValuesSent: optional(listOf(TEXT)),
};

const OPEN_REQUEST: Kind<OpenRequest> = shapeOf<OpenRequest>({
  ...MESSAGE_MEMBERS,
  // Has a check of its own, by identity.
  policy: anything(),
  contexts: port('find'),
  credentials: optional(CREDENTIALS),
  replays: optional(port('insertIfAbsent')),
  workspace: optional(instanceOf(Workspace)),
  borrow: optional(FLAG),
});

const PLAN_REQUEST: Kind<PlanRequest> = shapeOf<PlanRequest>({
  policy: anything(),
  workspace: optional(instanceOf(Workspace)),
});

/** `request` with a policy that was checked. @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function checkedOpening(message: Uint8Array, request: OpenRequest): OpenRequest {
  requireInput(message, 'message');
  requireOptions(OPEN_REQUEST, request, 'request');
  const policy = checkedPolicy(request.policy);
  return policy === request.policy ? request : { ...request, policy };
}

/** The same of {@link planOf}. */
export function checkedPlanning(message: Uint8Array, request: PlanRequest): PlanRequest {
  requireInput(message, 'message');
  requireOptions(PLAN_REQUEST, request, 'request');
  return { ...request, policy: checkedPolicy(request.policy) };
}
