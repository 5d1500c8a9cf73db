/** What came of the conversations with each peer, for scripts/interop.mjs: a file for each peer and direction. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Direction, KnownStep } from './live-rows.ts';

const FOLDER = new URL('../../../.parley/live/', import.meta.url);

/** One endpoint in one direction. */
export interface LiveResult {
  readonly endpoint: string;
  readonly steps: number;
  /** Steps that went otherwise than they should, and why that is known. */
  readonly known: readonly KnownStep[];
  /** Steps that were to follow. */
  readonly unreached: readonly string[];
  /** What should not be. */
  readonly complaints: readonly string[];
}

/** Keeps them until the same is run again. */
export function keepResults(peer: string, direction: Direction, results: readonly LiveResult[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(
    new URL(`${peer.replaceAll(' ', '-')}.${direction}.json`, FOLDER),
    JSON.stringify({ peer, direction, ranAt: new Date().toISOString(), node: process.versions.node, results }),
  );
}
