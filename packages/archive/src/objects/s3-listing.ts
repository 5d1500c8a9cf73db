import { firstChild, localNameOf, nextSibling, scan, Tape, textOf } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { FoundObject } from './object-store.ts';

export interface S3Listing {
  readonly objects: readonly FoundObject[];
  /** What asks for the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

/** A page of ListObjectsV2 whose names are encoded as in URLs. @throws Fault `caller.input-invalid` it is none */
export function readS3Listing(octets: Uint8Array): S3Listing {
  const tape = new Tape();
  try {
    scan(octets, DEFAULT_LIMITS, tape, { processingInstructions: 'keep' });
    const objects: FoundObject[] = [];
    let next: string | undefined;
    for (const [name, element] of childrenOf(tape, 0)) {
      if (name === 'Contents') objects.push(objectOf(tape, element));
      else if (name === 'NextContinuationToken') next = textOf(tape, element);
    }
    return { objects, next };
  } catch (error) {
    throw new Fault('caller.input-invalid', { reason: 'no listing of a bucket' }, error);
  }
}

function objectOf(tape: Tape, element: number): FoundObject {
  const members = new Map([...childrenOf(tape, element)]);
  const text = (name: string): string => textOf(tape, members.get(name) ?? -1);
  return { name: decodeURIComponent(text('Key').replaceAll('+', ' ')), sizeBytes: Number(text('Size')) };
}

function* childrenOf(tape: Tape, element: number): Generator<readonly [name: string, element: number]> {
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child))
    yield [localNameOf(tape, child), child];
}
