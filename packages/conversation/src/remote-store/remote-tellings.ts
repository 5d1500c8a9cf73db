import { decodeBase64Text, encodeBase64 } from '@parley/core/internal';
import type { SealedPlaces } from '@parley/sealing/internal';
import { openRecord, sealRecord, stampOf } from '@parley/sealing/internal';
import type { Telling } from './remote-hashes.ts';
import type { RemoteNames } from './remote-names.ts';

/** What nodes tell each other of a context that changed: sealed, with how new its record is now, so that nobody else can tell them anything. */
export class RemoteTellings {
  readonly #places: SealedPlaces;
  readonly #names: RemoteNames;

  constructor(places: SealedPlaces, names: RemoteNames) {
    this.#places = places;
    this.#names = names;
  }

  /** That the record of a context has that stamp, or is gone. */
  of(identifier: string, stamp: number): Telling {
    const channel = this.#names.changes;
    const sealed = sealRecord(octetsOf(identifier), octetsOf(channel), this.#places.keys[0], stamp);
    return { channel, message: encodeBase64(sealed) };
  }

  /** Whose context changed; `undefined` for what none of us told, or under a key that is not known here. Never throws: nobody would catch it. */
  heard(message: string): string | undefined {
    try {
      const sealed = decodeBase64Text(message);
      const octets = openRecord(sealed, octetsOf(this.#names.changes), this.#places.keys);
      const identifier = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
      this.#places.heard(octetsOf(this.#names.context(identifier)), stampOf(sealed));
      return identifier;
    } catch {
      // Not one of ours, or of a witness of the caller's that fails just now: a gap, after which each may have changed.
      return undefined;
    }
  }
}

function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
