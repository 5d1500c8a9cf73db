import type { Kind } from '@parley/core/internal';
import {
  anything,
  either,
  INSTANT_MS,
  oneOf,
  optional,
  port,
  requireInput,
  requireOptions,
  shapeOf,
} from '@parley/core/internal';
import { CREDENTIALS } from '../keys/credentials-shape.ts';
import type { OpenRequest } from '../open/request.ts';
import { checkedPolicy } from '../policy/policy-of.ts';
import type { KeyRequest } from './explain-value.ts';

type Explaining = Pick<OpenRequest, 'policy'> & KeyRequest;

const REQUEST: Kind<Explaining> = shapeOf<Explaining>({
  // Has a check of its own, by identity.
  policy: anything(),
  contexts: optional(port('find')),
  credentials: optional(CREDENTIALS),
  atMs: optional(either(INSTANT_MS, oneOf(['message']))),
});

/** `request` with a policy that was checked. @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function checkedExplaining<Request extends Explaining>(message: Uint8Array, request: Request): Request {
  requireInput(message, 'message');
  requireOptions(REQUEST, request, 'request');
  return { ...request, policy: checkedPolicy(request.policy) };
}
