/** libxml2 as a native addon. It has no C14N: what is measured is reading alone. */
import { createRequire } from 'node:module';
import type { SynchronousSubject } from '../measure.ts';
import type { SignedMessage } from './ours.ts';
import { SCAN_AND_CANONICALISE } from './ours.ts';

export const LIBXMLJS2 = 'libxmljs2, parse alone';

/** The part of libxmljs2 in use; the package is optional, types included. */
interface Libxmljs2 {
  parseXml(source: Buffer, options: { readonly nonet: true }): { root(): { name(): string } | null };
}

/** None where libxmljs2 is not installed or not compiled. */
export function libxmljs2Subjects({ name: message, octets }: SignedMessage): readonly SynchronousSubject[] {
  const libxmljs2 = load();
  if (libxmljs2 === undefined) return [];
  const source = Buffer.from(octets);
  const run = (): unknown => libxmljs2.parseXml(source, { nonet: true });
  if (libxmljs2.parseXml(source, { nonet: true }).root()?.name() !== 'Envelope')
    throw new Error('libxmljs2 reads another root');
  // Its documents are freed by the garbage collector, some thousands at a time: that belongs to its time.
  return [{ name: LIBXMLJS2, message, bytes: octets.length, against: SCAN_AND_CANONICALISE, roundFactor: 8, run }];
}

function load(): Libxmljs2 | undefined {
  try {
    return createRequire(import.meta.url)('libxmljs2') as Libxmljs2;
  } catch {
    return undefined;
  }
}
