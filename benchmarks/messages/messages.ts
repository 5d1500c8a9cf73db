/** `open` and `seal` of what peers send, beside what else there is for it: all on the same octets, in turn. */
import type { Measurement, Rounds } from '../measure.ts';
import { measureBeside } from '../measure.ts';
import { floorSubjects } from './floor.ts';
import { ourSubjects } from './ours.ts';
import { securedMessages } from './secured.ts';
import { Wss4j } from './wss4j.ts';
import { Xmlsec } from './xmlsec.ts';

/** Measures the messages whose name contains `match`; a peer that this machine does not have is left out, `say` says why. */
export async function measureMessages(
  rounds: Rounds,
  match: string,
  say: (text: string) => void,
): Promise<readonly Measurement[]> {
  const wss4j = Wss4j.start();
  if (typeof wss4j === 'string') say(`Without WSS4J: ${wss4j}.`);
  const xmlsec = Xmlsec.start();
  say(typeof xmlsec === 'string' ? `Without xmlsec: ${xmlsec}.` : `xmlsec ${xmlsec.version}`);
  const measurements: Measurement[] = [];
  try {
    for (const secured of securedMessages(match)) {
      const subjects = [
        ...floorSubjects(secured),
        ...ourSubjects(secured),
        ...(typeof wss4j === 'string' ? [] : await wss4j.subjects(secured)),
        ...(typeof xmlsec === 'string' ? [] : await xmlsec.subjects(secured)),
      ];
      measurements.push(...(await measureBeside(subjects, rounds)));
      if (typeof xmlsec !== 'string') xmlsec.endProcesses();
    }
  } finally {
    if (typeof wss4j !== 'string') wss4j.end();
    if (typeof xmlsec !== 'string') xmlsec.end();
  }
  return measurements;
}
