import type { ObjectStore, S3Options } from '@parley/archive';
import { folderObjects, s3Objects } from '@parley/archive';

/** Where objects are. */
export type Place = S3Options | { readonly folder: string };

export function storeAt(place: Place): ObjectStore {
  return 'folder' in place ? folderObjects(place.folder) : s3Objects(place);
}

export interface WorkerSettings {
  readonly source: Place;
  readonly out: Place;
  /** File of the keys. */
  readonly keys: string;
  readonly shards: number;
  /** Undefined: one process does all. */
  readonly natsPort?: number | undefined;
  readonly silenceMaxMs: number;
}

/** What a process did, of its own beginning to its end. */
export interface WorkerResult {
  /** Pieces that it has done. */
  readonly units: number;
  /** Messages that it has found out about, those of pieces that it did not end among them. */
  readonly answered: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly maxRssMiB: number;
  /** Of the whole archive. */
  readonly messages: number;
  readonly refused: Readonly<Record<string, number>>;
}
