import type { Kind } from '@parley/core/internal';
import { requireInput, requireKind, requireOptions, shapeOf, TEXT, WHOLE_TEXT } from '@parley/core/internal';
import { SIGNAL } from './connection-shape.ts';

export interface CallOptions {
  /** Ends the call with `caller.aborted`; whether the peer has done its work by then, nobody knows. */
  readonly signal?: AbortSignal | undefined;
}

const CALL_OPTIONS: Kind<CallOptions> = shapeOf<CallOptions>({ signal: SIGNAL });

/** @throws Fault `caller.option-invalid`, `caller.input-invalid` */
export function requireCall(action: string, payload: Uint8Array | string, options: CallOptions): void {
  requireKind(TEXT, action, 'action');
  if (typeof payload === 'string') requireKind(WHOLE_TEXT, payload, 'payload');
  else requireInput(payload, 'payload');
  requireCallOptions(options);
}

/** @throws Fault `caller.option-invalid` */
export function requireCallOptions(options: CallOptions): void {
  requireOptions(CALL_OPTIONS, options, 'options');
}
