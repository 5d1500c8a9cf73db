/** `open` and `seal` of what peers send, beside what else there is for it: all on the same octets, in turn. */
import type { Measurement, Rounds, Wanted } from '../measure.ts';
import { measureBeside } from '../measure.ts';
import { floorSubjects } from './floor.ts';
import { ourSubjects } from './ours.ts';
import { securedMessages } from './secured.ts';
import { ToldPeer } from './told-peer.ts';
import type { ToldName } from './told-programs.ts';
import { Wss4j } from './wss4j.ts';

export interface MessagesOptions {
  readonly isWanted: Wanted;
  /** Peers that are told keys. */
  readonly told: readonly ToldName[];
  /** Which versions take part, and why a peer that this machine does not have is left out. */
  readonly say: (text: string) => void;
}

export async function measureMessages(rounds: Rounds, options: MessagesOptions): Promise<readonly Measurement[]> {
  const { isWanted, say } = options;
  const wss4j = Wss4j.start();
  if (typeof wss4j === 'string') say(`Without WSS4J: ${wss4j}.`);
  const told = options.told.flatMap((name) => {
    const peer = ToldPeer.start(name);
    say(typeof peer === 'string' ? `Without ${name}: ${peer}.` : peer.title);
    return typeof peer === 'string' ? [] : [peer];
  });
  const measurements: Measurement[] = [];
  try {
    for (const secured of securedMessages(isWanted)) {
      const subjects = [
        ...floorSubjects(secured),
        ...ourSubjects(secured),
        ...(typeof wss4j === 'string' ? [] : await wss4j.subjects(secured)),
      ];
      for (const peer of told) subjects.push(...(await peer.subjects(secured)));
      measurements.push(...(await measureBeside(subjects, rounds)));
      for (const peer of told) peer.endProcesses();
    }
  } finally {
    if (typeof wss4j !== 'string') wss4j.end();
    for (const peer of told) peer.end();
  }
  return measurements;
}
