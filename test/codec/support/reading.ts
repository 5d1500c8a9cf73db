/** Short ways from text to tape and from tape to canonical text. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CanonicalisationOptions, ScanOptions } from '@parley/codec';
import { canonicalise, canonicaliseContent, canonicaliseDocument, OctetSink, scan, Tape } from '@parley/codec';
import type { FaultCode, Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';

const encoder = new TextEncoder();

export function octets(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOfOctets(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

export function read(text: string | Uint8Array, limits: Partial<Limits> = {}, options?: ScanOptions): Tape {
  const tape = new Tape();
  scan(typeof text === 'string' ? octets(text) : text, { ...DEFAULT_LIMITS, ...limits }, tape, options);
  return tape;
}

export const KEEP: ScanOptions = { processingInstructions: 'keep' };

export function canonicalText(tape: Tape, element: number, options?: CanonicalisationOptions): string {
  const out = new OctetSink(16);
  canonicalise(tape, element, out, options);
  return textOfOctets(out.bytes.subarray(0, out.length));
}

export function canonicalContentText(tape: Tape, element: number, options?: CanonicalisationOptions): string {
  const out = new OctetSink(16);
  canonicaliseContent(tape, element, out, options);
  return textOfOctets(out.bytes.subarray(0, out.length));
}

export function canonicalDocumentText(tape: Tape, options?: CanonicalisationOptions): string {
  const out = new OctetSink(16);
  canonicaliseDocument(tape, out, options);
  return textOfOctets(out.bytes.subarray(0, out.length));
}

/** The code of the Fault that `action` throws, or `undefined`; anything else thrown is passed on. */
export function codeOf(action: () => unknown): FaultCode | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

export function vectorPath(path: string): string {
  return fileURLToPath(new URL(`../../vectors/${path}`, import.meta.url));
}

export function vectorBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(vectorPath(path)));
}

export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(vectorPath(path), 'utf8')) as T;
}
