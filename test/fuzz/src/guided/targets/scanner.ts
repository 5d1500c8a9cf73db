/** The scanner: WebAssembly and plain, under our limits and under tight ones. */
import { parentOf, scan, Tape } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { tapeDifference } from '../../tape-difference.ts';
import { secondOpinion } from '../second-opinion.ts';
import type { Target } from '../target.ts';
import { demand } from '../target.ts';
import { XML_DICTIONARY, XML_SEEDS } from '../xml-seeds.ts';

/** Within reach of a small input. */
const TIGHT_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  messageBytesMax: 250,
  depthMax: 4,
  nodesMax: 14,
  attributesPerElementMax: 3,
  namespacesPerElementMax: 2,
  nameBytesMax: 10,
  attributeValueBytesMax: 12,
};

const tape = new Tape();
const plainTape = new Tape();

export const SCANNER: Target = {
  name: 'scanner',
  share: 400,
  inputBytesMax: 300,
  seeds: XML_SEEDS.filter((seed) => seed.length <= 300),
  dictionary: XML_DICTIONARY,
  answers: 'peer.',
  run,
  secondOpinion,
};

function run(input: Uint8Array): void {
  const limits = (input.length & 3) === 3 ? TIGHT_LIMITS : DEFAULT_LIMITS;
  const processingInstructions = (input.length & 4) === 0 ? 'keep' : 'refuse';
  const plain = faultOf(() => scan(input, limits, plainTape, { processingInstructions, plainly: true }));
  const fault = faultOf(() => scan(input, limits, tape, { processingInstructions }));
  demand(fault?.message === plain?.message, 'two-scanners', () => `${fault?.message} and ${plain?.message}`);
  if (fault !== undefined) throw fault;
  const difference = tapeDifference(tape, plainTape);
  demand(difference === undefined, 'two-scanners', () => String(difference));
  demandLimits(input, limits);
}

function faultOf(action: () => void): Fault | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function demandLimits(input: Uint8Array, limits: Limits): void {
  const { elementCount, attributeCount, declarationCount, elements, attributes } = tape;
  const holds = (value: number, max: number, name: string): void => {
    demand(value <= max, `past-${name}`, () => `${value} where ${max} is allowed`);
  };
  holds(input.length, limits.messageBytesMax, 'message-size');
  holds(elementCount + attributeCount + declarationCount, limits.nodesMax, 'nodes');
  for (let element = 0; element < elementCount; element++) {
    const base = element * ELEMENT_WORDS;
    holds(elements[base + E.attributeCount]!, limits.attributesPerElementMax, 'attributes');
    holds(elements[base + E.declarationCount]!, limits.namespacesPerElementMax, 'namespaces');
    holds(elements[base + E.nameEnd]! - elements[base + E.start]! - 1, limits.nameBytesMax, 'name');
    let depth = 1;
    for (let at = parentOf(tape, element); at >= 0; at = parentOf(tape, at)) depth++;
    holds(depth, limits.depthMax, 'depth');
  }
  for (let base = 0; base < attributeCount * ATTRIBUTE_WORDS; base += ATTRIBUTE_WORDS) {
    holds(attributes[base + A.nameEnd]! - attributes[base + A.name]!, limits.nameBytesMax, 'name');
    holds(attributes[base + A.valueEnd]! - attributes[base + A.value]!, limits.attributeValueBytesMax, 'value');
  }
}
