/** What many requests have in common: everything but the time, chance, the beginning of Ids, and the secret of the context. */
import { CanonicalElement } from '@parley/codec';
import type { KeyInstance, SecurityContext } from '@parley/core';
import type { SealRequest } from '../seal/request.ts';

/** Plain data, and what cannot change. */
type Data = unknown;

const names = (...members: readonly (keyof SealRequest)[]): ReadonlySet<string> => new Set(members);

/** Members that differ from message to message, and the context, of which what is written is compared. */
const APART = names('atMs', 'fillRandom', 'workspace', 'context', 'idPrefix');

/** What else templates know of; a request that has anything beside goes the whole way. */
const KNOWN = names(
  ...(['timestampLifetimeMs', 'suite', 'digest', 'sign', 'encrypt', 'order', 'layout', 'mustUnderstand'] as const),
  ...(['role', 'instance', 'version', 'mac', 'keys', 'oneKeyForBoth', 'derivedKeyDefaults'] as const),
  ...(['token', 'tokenId', 'tokenElement', 'tokenReference'] as const),
);

/** Beginnings of Ids that are so long are another one in each message, and are told from other text. */
const VARIABLE_BYTES_MIN = 8;

/** How many octets of the beginning of Ids differ from message to message. */
export function variablePrefixBytes({ idPrefix = '' }: { readonly idPrefix?: string | undefined }): number {
  return idPrefix.length < VARIABLE_BYTES_MIN ? 0 : idPrefix.length;
}

/** A copy of what a request says, that others are compared with: what it cannot copy has no form. */
export class RequestForm {
  readonly #members: ReadonlyMap<string, Data>;
  readonly #written: Written;
  readonly #instance: string | undefined;

  private constructor(members: ReadonlyMap<string, Data>, written: Written, instance: string | undefined) {
    this.#members = members;
    this.#written = written;
    this.#instance = instance;
  }

  /** That of a request that was sealed; `undefined` if something in it may change unseen. */
  static of(request: SealRequest, { instance }: KeyInstance): RequestForm | undefined {
    const { sign, encrypt, order } = request;
    if (!isPlain(request)) return undefined;
    // What is signed by itself in a Body may be there, or not. What is signed as ciphertext is digested when it is.
    const isSimple =
      sign.tokens !== true && sign.payload === undefined && (encrypt === 'none' || order === 'sign-then-encrypt');
    if (!isSimple) return undefined;
    const members = new Map<string, Data>();
    for (const [name, value] of Object.entries(request)) {
      if (APART.has(name)) continue;
      if (!isData(value) || (value !== undefined && !KNOWN.has(name))) return undefined;
      members.set(name, copyOf(value));
    }
    return new RequestForm(members, writtenOf(request), instance);
  }

  /** Whether `request` has this form. */
  isOf(request: SealRequest): boolean {
    if (!isPlain(request)) return false;
    // perf: of many forms, most are of other contexts.
    if (!isWritten(request, this.#written)) return false;
    let count = 0;
    for (const name in request) {
      if (APART.has(name)) continue;
      if (!this.#members.has(name) || !isSame(request[name as keyof SealRequest], this.#members.get(name)))
        return false;
      count++;
    }
    return count === this.#members.size;
  }

  /** Whether that key is named in it. */
  isUnder({ instance }: KeyInstance): boolean {
    return instance === this.#instance;
  }
}

/** What a message says of its context, and of Ids. */
interface Written extends Pick<SecurityContext, 'identifier' | 'version' | 'suite'> {
  readonly prefixBytes: number;
  /** Where it is the same in all messages. */
  readonly idPrefix: string | undefined;
}

function writtenOf({ context: { identifier, version, suite }, idPrefix }: SealRequest): Written {
  const prefixBytes = variablePrefixBytes({ idPrefix });
  return { identifier, version, suite, prefixBytes, idPrefix: prefixBytes === 0 ? idPrefix : undefined };
}

function isWritten({ context, idPrefix }: SealRequest, written: Written): boolean {
  const prefixBytes = variablePrefixBytes({ idPrefix });
  return (
    context.identifier === written.identifier &&
    context.version === written.version &&
    context.suite === written.suite &&
    prefixBytes === written.prefixBytes &&
    (prefixBytes > 0 || idPrefix === written.idPrefix)
  );
}

/** Whether a copy of it says all that it says. */
function isData(value: Data): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  return value instanceof CanonicalElement || (isPlain(value) && Object.values(value).every(isData));
}

/**
 * Whether all that it says is in members that are its own and are listed.
 * safety: what an object says by its class, or unlisted, the whole way hears: of two that look alike, one may encrypt more.
 */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return Object.getPrototypeOf(value) === Array.prototype;
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    // perf: all keys at once take five times as long as these.
    Object.getOwnPropertyNames(value).length === Object.keys(value).length &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}

function copyOf(value: Data): Data {
  if (typeof value !== 'object' || value === null || value instanceof CanonicalElement) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]));
}

function isSame(value: Data, known: Data): boolean {
  if (value === known) return true;
  if (typeof value !== 'object' || typeof known !== 'object' || value === null || known === null) return false;
  if (!isPlain(value) || Array.isArray(value) !== Array.isArray(known)) return false;
  const names = Object.keys(value);
  return (
    names.length === Object.keys(known).length &&
    names.every((name) => Object.hasOwn(known, name) && isSame(Reflect.get(value, name), Reflect.get(known, name)))
  );
}
