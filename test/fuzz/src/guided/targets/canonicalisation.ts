/** Canonical forms: slices and slow path agree, and a canonical form is its own canonical form. */
import type { CanonicalisationMethod, CanonicalisationOptions } from '@parley/codec';
import { canonicalise, canonicaliseDocument, OctetSink, scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { forgetSlices } from '../../forget-slices.ts';
import { secondOpinion } from '../second-opinion.ts';
import type { Target } from '../target.ts';
import { demand, Violation } from '../target.ts';
import { XML_DICTIONARY, XML_SEEDS } from '../xml-seeds.ts';

const METHODS: readonly CanonicalisationMethod[] = ['exclusive', 'inclusive', 'inclusive-1.1'];
const PREFIXES = ['#default', 'a', 'b', 'p', 's'];
const KEEP = { processingInstructions: 'keep' } as const;

const tape = new Tape();
const form = new OctetSink(4096);
const again = new OctetSink(4096);

export const CANONICALISATION: Target = {
  name: 'canonicalisation',
  share: 150,
  inputBytesMax: 600,
  seeds: XML_SEEDS.filter((seed) => seed.length <= 600),
  dictionary: XML_DICTIONARY,
  answers: 'peer.',
  run,
  secondOpinion,
};

/** The length of the input decides which form. */
function run(input: Uint8Array): void {
  scan(input, DEFAULT_LIMITS, tape, KEEP);
  const chosen = input.length;
  const element = (chosen & 1) === 0 ? undefined : (chosen >> 1) % tape.elementCount;
  const method = METHODS[chosen % 3]!;
  const inclusivePrefixes = (chosen & 12) === 12 ? PREFIXES : undefined;
  const options = { method, comments: (chosen & 2) === 0, inclusivePrefixes };
  write(element, options, form);
  forgetSlices(tape);
  write(element, options, again);
  demandSame('slices');
  scanForm();
  write(undefined, { ...options, inclusivePrefixes: undefined }, again);
  // A PrefixList prints what nobody uses, and an exclusive form without the list would drop it.
  if (inclusivePrefixes === undefined || method !== 'exclusive') demandSame('fixed-point');
}

function write(element: number | undefined, options: CanonicalisationOptions, out: OctetSink): void {
  out.reset();
  if (element === undefined) canonicaliseDocument(tape, out, options);
  else canonicalise(tape, element, out, options);
}

function scanForm(): void {
  try {
    scan(form.bytes.slice(0, form.length), DEFAULT_LIMITS, tape, KEEP);
  } catch (error) {
    if (error instanceof Fault && !error.code.startsWith('peer.limit-')) {
      throw new Violation('form-malformed', `${error.message}: ${textOf(form)}`);
    }
    throw error;
  }
}

function demandSame(kind: string): void {
  const isSame = Buffer.compare(form.bytes.subarray(0, form.length), again.bytes.subarray(0, again.length)) === 0;
  demand(isSame, kind, () => `${textOf(form)}\n${textOf(again)}`);
}

function textOf(sink: OctetSink): string {
  return Buffer.from(sink.bytes.subarray(0, sink.length)).toString('utf8');
}
