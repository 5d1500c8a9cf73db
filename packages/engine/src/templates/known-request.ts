import type { Workspace } from '../memory/workspace.ts';
import type { OpenRequest } from '../open/request.ts';

/** A request that templates can be asked for: with a workspace that keeps them. */
export interface KnownRequest extends OpenRequest {
  readonly workspace: Workspace;
}

export function isKnownRequest(request: OpenRequest): request is KnownRequest {
  return request.workspace !== undefined;
}
