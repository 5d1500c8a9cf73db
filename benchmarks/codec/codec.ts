/** The codec beside other readers and canonicalisers, on the recorded messages. Every answer is compared with ours. */
import { vectorMessages } from '../corpus.ts';
import type { Measurement, Rounds, Wanted } from '../measure.ts';
import { measure } from '../measure.ts';
import { libxml2WasmSubjects } from './libxml2-wasm.ts';
import { libxmljs2Subjects } from './libxmljs2.ts';
import { ourSubjects, readSigned } from './ours.ts';
import { xmlCryptoSubjects } from './xml-crypto.ts';

/** Measures the messages whose name is wanted; all subjects of one message are one group. */
export function measureCodec(rounds: Rounds, isWanted: Wanted): readonly Measurement[] {
  const messages = vectorMessages().filter(({ name }) => isWanted(name));
  return messages.map(readSigned).flatMap((message) => {
    const peers = [...libxml2WasmSubjects(message), ...libxmljs2Subjects(message), ...xmlCryptoSubjects(message)];
    return measure([...ourSubjects(message), ...peers], rounds);
  });
}
