/** What `open` is to reach beside others, said of the figures as they are. */
import type { Measurement } from '../measure.ts';
import { OPEN_FLOOR } from './floor.ts';
import { OPEN, OPEN_KNOWN } from './ours.ts';
import { WSS4J_OPENERS } from './wss4j.ts';

const FLOOR_RATIO_MAX = 2.5;
const WSS4J_RATIO_MIN = 3;

/** Two lines for each message, where it was measured: against the floor, and against the quicker engine of WSS4J. */
export function messageAimLines(measurements: readonly Measurement[]): readonly string[] {
  const messages = [...new Set(measurements.map(({ message }) => message))];
  return messages.flatMap((message) => {
    const rows = new Map(measurements.filter((row) => row.message === message).map((row) => [row.name, row]));
    const symmetric = message?.startsWith('x509') === true ? undefined : (rows.get(OPEN_KNOWN) ?? rows.get(OPEN));
    const peers = WSS4J_OPENERS.flatMap((name) => rows.get(name)?.against?.ratio.median ?? []);
    const best = peers.length === 0 ? undefined : Math.min(...peers);
    return [
      aimLine(`${symmetric?.name}, ${message}`, symmetric?.against?.ratio.median, `x ${OPEN_FLOOR}`, {
        most: FLOOR_RATIO_MAX,
      }),
      aimLine(`WSS4J's best open, ${message}`, best, `x ${OPEN}`, { least: WSS4J_RATIO_MIN }),
    ].flat();
  });
}

function aimLine(
  what: string,
  reached: number | undefined,
  unit: string,
  { least = 0, most = Number.POSITIVE_INFINITY }: { readonly least?: number; readonly most?: number },
): readonly string[] {
  if (reached === undefined) return [];
  const isMet = reached >= least && reached <= most;
  const wanted = least > 0 ? `at least ${least}` : `at most ${most}`;
  return [`${isMet ? 'met' : 'MISSED'}: ${what}: ${reached.toPrecision(3)} ${unit}, ${wanted} wanted`];
}
