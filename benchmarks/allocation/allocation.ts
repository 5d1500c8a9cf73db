/** What the codec allocates: counted, not timed. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Scanning and exclusive C14N of one message, over and over. */
export interface AllocationMeasurement {
  readonly form: string;
  readonly elements: number;
  /** Octets of the message. */
  readonly bytes: number;
  readonly messages: number;
  /** Octets taken from the heap for one message: the median of batches. */
  readonly heapBytesPerMessage: number;
  /** Garbage collections while all messages were handled. */
  readonly collections: number;
  /** By how much the buffers outside the heap grew meanwhile. */
  readonly bufferOctets: number;
}

/** Counts in a new process, so that no other suite's garbage is counted. */
export function countAllocations(messages: number): readonly AllocationMeasurement[] {
  const program = fileURLToPath(new URL('count.js', import.meta.url));
  const answer = execFileSync(process.execPath, ['--expose-gc', program, String(messages)], { encoding: 'utf8' });
  return JSON.parse(answer) as AllocationMeasurement[];
}

/** Heap octets for each element more of `form`: from the message with the fewest to that with the most. */
export function heapBytesPerElement(measurements: readonly AllocationMeasurement[], form: string): number {
  const rows = measurements.filter((row) => row.form === form);
  const fewest = rows[0]!;
  const most = rows[rows.length - 1]!;
  return (most.heapBytesPerMessage - fewest.heapBytesPerMessage) / (most.elements - fewest.elements);
}
