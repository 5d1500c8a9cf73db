import { Agent } from 'undici';
import type { PostBounds } from './post.ts';

/** What undici takes for it by itself. */
const CONNECT_MS = 10_000;

/** Connections of a conversation's own. One that cannot be made is given up no later than whatever waits for it. */
export function ownConnections(
  tls: Agent.Options['connect'] | undefined,
  { answerTimeoutMs }: Pick<PostBounds, 'answerTimeoutMs'>,
): Agent {
  if (typeof tls === 'function') return new Agent({ connect: tls });
  return new Agent({ connect: { timeout: Math.min(CONNECT_MS, answerTimeoutMs), ...tls } });
}
