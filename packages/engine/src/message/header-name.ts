/** Header blocks by name, as sp:Header names them (WS-SecurityPolicy §4.1.1). */
import type { Tape } from '@parley/codec';
import { firstChild, hasName, nextSibling } from '@parley/codec/internal';

export interface HeaderName {
  readonly namespace: string;
  /** Without one, every header of the namespace is meant. */
  readonly localName?: string | undefined;
}

/** Whether one of `names` is that of `block`. */
export function isNamedAmong(tape: Tape, block: number, names: readonly HeaderName[]): boolean {
  return names.some(({ namespace, localName }) => hasName(tape, block, namespace, localName));
}

/** The children of soap:Header (-1 for none) with one of `names`, in document order. */
export function headersNamed(tape: Tape, header: number, names: readonly HeaderName[]): readonly number[] {
  const blocks: number[] = [];
  if (header < 0 || names.length === 0) return blocks;
  for (let block = firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) {
    if (isNamedAmong(tape, block, names)) blocks.push(block);
  }
  return blocks;
}
