/**
 * What gateways ask each other, for nobody else to ask, answer or read: sealed under keys that are made of the one they share, one for each
 * that asks, so that none seals more than it may.
 */
import { hash, hkdfSync, randomBytes } from 'node:crypto';
import type { ReplayQuestion } from '@parley/conversation';
import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { encodeBase64, OldestFirst } from '@parley/core/internal';
import { KeyEncryptionKey } from '@parley/sealing';
import { isSealedUnder, openRecord, sealRecord } from '@parley/sealing/internal';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** With one key; both ways, and with random IVs, so far fewer than 2^32. */
const QUESTIONS_MAX = 2 ** 28;
/** Keys of others that are remembered. */
const ASKERS_MAX = 64;

/** A question that is asked, and what makes its answer known. */
export interface AskedQuestion {
  readonly octets: Uint8Array;
  /** @throws Fault `internal.store-unavailable` none to this question; `internal.quota` as the other node has it */
  read(answer: Uint8Array): boolean;
}

/** A question that came, and who alone can read its answer. */
export interface TakenQuestion {
  readonly question: ReplayQuestion;
  sealed(answer: ReplayAnswer): Uint8Array;
}

/** Whether it is the first; or why that is not to be known. */
export type ReplayAnswer = boolean | FailedReply;

type Keys = readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];

/** Seals and opens them for one node: what it asks, and what it is asked. */
export class SealedQuestions {
  readonly #keys: Keys;
  readonly #service: string;
  readonly #askers = new OldestFirst<string, Keys>();
  #own: { readonly salt: Uint8Array; readonly key: KeyEncryptionKey; left: number } | undefined;

  /** The first of `keys` asks; any of them is answered. Services of one key are apart by their names. */
  constructor(keys: Keys, service: string) {
    this.#keys = keys;
    this.#service = service;
  }

  /** `question`, to the node of that name alone. */
  ask(question: ReplayQuestion, node: string): AskedQuestion {
    const { salt, key } = this.#ownKey();
    const sealed = sealRecord(octetsOf(question), this.#nameOf(node), key);
    const octets = new Uint8Array(SALT_BYTES + sealed.length);
    octets.set(salt);
    octets.set(sealed, SALT_BYTES);
    const read = (answer: Uint8Array): boolean => {
      try {
        return answeredBy(readFrom(openRecord(answer, answerName(octets), [key])));
      } catch (error) {
        if (error instanceof Fault && error.code === 'internal.quota') throw error;
        throw new Fault('internal.store-unavailable', { reason: 'no answer of a node' }, error);
      }
    };
    return { octets, read };
  }

  /** What was asked of this node, which has that name. @throws Fault it is nobody's question */
  take(octets: Uint8Array, node: string): TakenQuestion {
    const salt = octets.subarray(0, SALT_BYTES);
    const record = octets.subarray(SALT_BYTES);
    const question = this.#withKeysOf(salt, (keys) =>
      readFrom(openRecord(record, this.#nameOf(node), keys)),
    ) as ReplayQuestion;
    const sealed = (answer: ReplayAnswer): Uint8Array =>
      this.#withKeysOf(salt, (keys) => {
        const key = keys.find((each) => isSealedUnder(record, each)) ?? keys[0];
        return sealRecord(octetsOf({ answer }), answerName(octets), key);
      });
    return { question, sealed };
  }

  /** Wipes what was made of the keys that nodes share; those are whose they are. */
  wipe(): void {
    for (const [asker] of this.#askers) this.#forget(asker);
    this.#own?.key.secret.wipe();
    this.#own = undefined;
  }

  /** Lends `use` the keys of the node that asks under `salt`. safety: only of one that has the key are they remembered: `use` throws of others. */
  #withKeysOf<T>(salt: Uint8Array, use: (keys: Keys) => T): T {
    const asker = encodeBase64(salt);
    const known = this.#askers.get(asker);
    const keys = known ?? derivedOf(this.#keys, salt);
    try {
      const result = use(keys);
      this.#askers.put(asker, keys);
      const { size, oldest } = this.#askers;
      if (size > ASKERS_MAX && oldest !== undefined) this.#forget(oldest);
      return result;
    } catch (error) {
      if (known === undefined) wipe(keys);
      throw error;
    }
  }

  #forget(asker: string): void {
    wipe(this.#askers.get(asker) ?? []);
    this.#askers.delete(asker);
  }

  #ownKey(): { readonly salt: Uint8Array; readonly key: KeyEncryptionKey } {
    if (this.#own === undefined || this.#own.left === 0) {
      const salt = randomBytes(SALT_BYTES);
      this.#own = { salt, key: derived(this.#keys[0], salt), left: QUESTIONS_MAX };
    }
    this.#own.left--;
    return this.#own;
  }

  /** The length keeps the two apart. */
  #nameOf(node: string): Uint8Array {
    return new TextEncoder().encode(`replay question ${this.#service.length} ${this.#service}${node}`);
  }
}

/** An answer is one to that question, and to no other. */
function answerName(question: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`replay answer ${hash('sha256', question, 'base64url')}`);
}

function wipe(keys: readonly KeyEncryptionKey[]): void {
  for (const { secret } of keys) secret.wipe();
}

function derivedOf([first, ...others]: Keys, salt: Uint8Array): Keys {
  return [derived(first, salt), ...others.map((key) => derived(key, salt))];
}

function derived({ secret }: KeyEncryptionKey, salt: Uint8Array): KeyEncryptionKey {
  const octets = secret.lend(
    (bytes) => new Uint8Array(hkdfSync('sha256', bytes, salt, 'parley questions of replays', KEY_BYTES)),
  );
  try {
    return new KeyEncryptionKey(octets);
  } finally {
    octets.fill(0);
  }
}

/** @throws Fault what the other node could not answer for */
function answeredBy(value: unknown): boolean {
  const { answer } = value as { readonly answer?: unknown };
  if (typeof answer === 'boolean') return answer;
  const { code, detail } = answer as FailedReply;
  throw new Fault(code === 'internal.quota' ? code : 'internal.store-unavailable', detail);
}

function octetsOf(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function readFrom(octets: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(octets));
}
