/** Who wants to bring a context, and what for. */
export interface ContextCreation {
  readonly principal: string;
  /** The Context attribute, if there is one: what the context is for. */
  readonly use: string | undefined;
}

/** Says whether somebody may: asked once he is proven, before his token is stored. */
export type MayCreateContexts = (creation: ContextCreation) => boolean | Promise<boolean>;
