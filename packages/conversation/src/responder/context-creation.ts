import type { SecurityContext } from '@parley/core';

/** Who wants to bring a context, and what for. */
export interface ContextCreation {
  readonly principal: string;
  /** The Context attribute, if there is one: what the context is for. */
  readonly use: string | undefined;
}

/** Says whether somebody may: asked once he is proven, before his token is stored. */
export type MayCreateContexts = (creation: ContextCreation) => boolean | Promise<boolean>;

/** An issuer that tells of a context of somebody else. */
export interface ContextTransfer {
  /** Whom the bootstrap proves. */
  readonly issuer: string;
  /** Whose context it is, as the issuer says; `undefined`: nobody's in particular. */
  readonly principal: string | undefined;
  /** As in {@link ContextCreation}. */
  readonly use: string | undefined;
}

/** Says whether this issuer's word counts, for that principal: it could be anybody to us. Asked as {@link MayCreateContexts}. */
export type MayTransferContexts = (transfer: ContextTransfer) => boolean | Promise<boolean>;

/** What became of a context, for services that have a store of their own. */
export interface ContextChange {
  readonly kind: 'issued' | 'renewed' | 'cancelled';
  /** As it is now, the newest key last; before its end, where it is cancelled. Borrowed until the promise settles. */
  readonly context: SecurityContext;
  /** The service that it was asked for, by AppliesTo; `undefined`: none in particular, and where it is not issued. */
  readonly scope: string | undefined;
}

/** Tells them. Where that fails, the request is refused. */
export type TellServices = (change: ContextChange) => void | Promise<void>;
