/** Users and their passwords, hashed with scrypt (RFC 7914): a line each, `name:scrypt:N:r:p:salt:hash`, salt and hash in base64. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordAttempt } from '@parley/conversation';
import { Fault } from '@parley/core';
import { decodeBase64Text, encodeBase64, requireInput, requireKind, TEXT } from '@parley/core/internal';

interface HashedPassword {
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const COST = { N: 32_768, r: 8, p: 1 } as const;
const COST_MAX = { N: 1_048_576, r: 32, p: 16 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const LINE = /^([^:\s]+):scrypt:(\d+):(\d+):(\d+):([A-Za-z0-9+/]+=*):([A-Za-z0-9+/]+=*)$/;

/** The line of a user; `password` is borrowed. @throws Fault `caller.option-invalid` a name with a colon or blank in it */
export async function userLine(name: string, password: Uint8Array): Promise<string> {
  requireKind(TEXT, name, 'name');
  requireInput(password, 'password');
  if (!/^[^:\s]+$/.test(name))
    throw new Fault('caller.option-invalid', { option: 'name', reason: 'it has a colon or a blank in it' });
  const salt = randomBytes(SALT_BYTES);
  const hash = await hashed(password, salt, COST, HASH_BYTES);
  const { N, r, p } = COST;
  return [name, 'scrypt', N, r, p, encodeBase64(salt), encodeBase64(hash)].join(':');
}

/** Who may come in. */
export class Users {
  readonly #users: ReadonlyMap<string, HashedPassword>;
  /** What unknown users are compared with, so that they take as long. */
  readonly #nobody: HashedPassword = { cost: COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

  /** @throws Fault `caller.option-invalid` naming the line that is none */
  constructor(text: string, file: string) {
    requireKind(TEXT, text, 'text');
    requireKind(TEXT, file, 'file');
    const users = new Map<string, HashedPassword>();
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const user = userOf(line);
      const reason = user === undefined ? 'not name:scrypt:N:r:p:salt:hash' : 'a user twice';
      if (user === undefined || users.has(user.name))
        throw new Fault('caller.option-invalid', { option: 'users', file, line: index + 1, reason });
      users.set(user.name, user.password);
    }
    this.#users = users;
  }

  /** Whom the attempt proves. Digests of passwords cannot be compared with hashes, and prove nobody. */
  readonly authenticate = async (attempt: PasswordAttempt): Promise<string | undefined> => {
    if (attempt.kind !== 'text') return undefined;
    const user = this.#users.get(attempt.username);
    const { cost, salt, hash } = user ?? this.#nobody;
    const password = attempt.password.lend((octets) => Uint8Array.from(octets));
    try {
      const given = await hashed(password, salt, cost, hash.length);
      return timingSafeEqual(given, hash) && user !== undefined ? attempt.username : undefined;
    } finally {
      password.fill(0);
    }
  };
}

function userOf(line: string): { readonly name: string; readonly password: HashedPassword } | undefined {
  const [, name = '', N = '', r = '', p = '', salt = '', hash = ''] = LINE.exec(line) ?? [];
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const isPower = cost.N > 1 && Number.isInteger(Math.log2(cost.N));
  const isBounded = cost.N <= COST_MAX.N && cost.r <= COST_MAX.r && cost.p <= COST_MAX.p && cost.r > 0 && cost.p > 0;
  const octets = { salt: octetsOf(salt), hash: octetsOf(hash) };
  if (name === '' || !isPower || !isBounded || octets.salt.length < 8 || octets.hash.length < 16) return undefined;
  return { name, password: { cost, ...octets } };
}

/** None for what is no base64: too few, then. */
function octetsOf(base64: string): Uint8Array {
  try {
    return decodeBase64Text(base64);
  } catch {
    return new Uint8Array(0);
  }
}

function hashed(
  password: Uint8Array,
  salt: Uint8Array,
  cost: HashedPassword['cost'],
  lengthBytes: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const maxmem = 256 * cost.N * cost.r;
    scrypt(password, salt, lengthBytes, { ...cost, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
