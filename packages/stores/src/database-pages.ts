/** The pages of an LMDB file, walked as LMDB walks them, but without its trust in them. */
import { readSync } from 'node:fs';
import type { DatabaseRoot } from './database-root.ts';
import { IS_LITTLE_ENDIAN, PAGE_FLAGS_AT, PAGE_HEADER_BYTES } from './database-root.ts';

// Of a page's header, and of the place of a large value.
const TRANSACTION_AT = 8;
const LOWER_AT = 20;
const UPPER_AT = 22;
const OVERFLOW_PAGES_AT = 20;
// Flags of pages. Those above are of pages in memory.
const KIND_MASK = 0x7f;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
// Of a node: low and high half of a size or page, flags or the top of a page, size of the key.
const NODE_BYTES = 8;
const BIG_DATA = 0x01;
/** Page, transaction and count of pages of a value that has pages of its own. */
const OVERFLOW_BYTES = 24;
const DEPTH_MAX = 32;
/** Pages between two turns of the event loop. */
const PAGES_AT_ONCE = 512;

/** How far a walk goes. */
export interface WalkLimits {
  /** Behind pages that were written by that transaction, or before it, nothing is looked at. */
  readonly since: bigint | undefined;
  /** Ends it early. */
  readonly signal: AbortSignal | undefined;
}

/** What is wrong with a page that can be reached from `root`, in the file `fd` of `sizeBytes`; `undefined`: all is well. */
export async function damagedPage(
  fd: number,
  sizeBytes: number,
  root: DatabaseRoot,
  limits: WalkLimits,
): Promise<string | undefined> {
  const walk = new PageWalk(fd, sizeBytes, root, limits);
  try {
    if (root.free !== undefined) await walk.tree(root.free, true);
    if (root.main !== undefined) await walk.tree(root.main, false);
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

class Damage extends Error {}

class PageWalk {
  readonly #fd: number;
  readonly #pageBytes: number;
  readonly #pagesMax: number;
  readonly #root: DatabaseRoot;
  readonly #seen: Uint8Array;
  readonly #limits: WalkLimits;
  #count = 0;

  constructor(fd: number, sizeBytes: number, root: DatabaseRoot, limits: WalkLimits) {
    this.#fd = fd;
    this.#limits = limits;
    this.#root = root;
    this.#pageBytes = root.pageBytes;
    // Free pages at the end need not be in the file.
    this.#pagesMax = Math.min(Math.floor(sizeBytes / root.pageBytes), root.lastPage + 1);
    this.#seen = new Uint8Array(this.#pagesMax);
  }

  async tree(rootPage: number, isFree: boolean): Promise<void> {
    const ahead: { readonly page: number; readonly depth: number }[] = [{ page: rootPage, depth: 1 }];
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      if (this.#limits.signal?.aborted === true) return;
      this.#count++;
      if (this.#count % PAGES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
      const { page, depth } = next;
      if (depth > DEPTH_MAX) throw new Damage('tree too deep');
      for (const child of this.#childrenOf(page, isFree)) ahead.push({ page: child, depth: depth + 1 });
    }
  }

  #childrenOf(page: number, isFree: boolean): readonly number[] {
    const view = this.#read(page, this.#pageBytes);
    const kind = view.getUint16(PAGE_FLAGS_AT, IS_LITTLE_ENDIAN) & KIND_MASK;
    if (kind !== BRANCH && kind !== LEAF) throw new Damage('page kind');
    const lower = view.getUint16(LOWER_AT, IS_LITTLE_ENDIAN);
    const upper = view.getUint16(UPPER_AT, IS_LITTLE_ENDIAN);
    const room = this.#pageBytes - PAGE_HEADER_BYTES;
    if (lower % 2 !== 0 || lower > upper || upper > room) throw new Damage('page bounds');
    const { since } = this.#limits;
    // A page is copied when anything behind it changes.
    if (since !== undefined && view.getBigUint64(TRANSACTION_AT, IS_LITTLE_ENDIAN) <= since) return [];
    const children: number[] = [];
    for (let at = 0; at < lower; at += 2) {
      const node = view.getUint16(PAGE_HEADER_BYTES + at, IS_LITTLE_ENDIAN);
      if (node < upper || node % 2 !== 0 || node + NODE_BYTES > room) throw new Damage('node place');
      if (kind === BRANCH) children.push(branchNode(view, PAGE_HEADER_BYTES + node));
      else this.#leafNode(view, PAGE_HEADER_BYTES + node, isFree);
    }
    // LMDB ends the process over a branch that does not branch.
    if (kind === BRANCH && children.length < (isFree ? 1 : 2)) throw new Damage('branch page');
    return children;
  }

  #leafNode(view: DataView, node: number, isFree: boolean): void {
    const sizeBytes =
      view.getUint16(node + lowAt, IS_LITTLE_ENDIAN) + view.getUint16(node + highAt, IS_LITTLE_ENDIAN) * 65_536;
    const flags = view.getUint16(node + 4, IS_LITTLE_ENDIAN);
    const keyBytes = view.getUint16(node + 6, IS_LITTLE_ENDIAN);
    if ((flags & ~BIG_DATA) !== 0 || keyBytes === 0 || (isFree && keyBytes !== 8)) throw new Damage('node kind');
    const isBig = (flags & BIG_DATA) !== 0;
    const data = node + NODE_BYTES + keyBytes;
    if (data + (isBig ? OVERFLOW_BYTES : sizeBytes) > this.#pageBytes) throw new Damage('node size');
    const value = isBig ? this.#bigValue(view, data, sizeBytes, isFree) : new DataView(view.buffer, data, sizeBytes);
    if (isFree && value !== undefined) this.#freePages(value);
  }

  /** Checks the pages of a large value; gives it if it is wanted. */
  #bigValue(view: DataView, place: number, sizeBytes: number, isWanted: boolean): DataView | undefined {
    const page = Number(view.getBigUint64(place, IS_LITTLE_ENDIAN));
    const count = Math.floor((PAGE_HEADER_BYTES - 1 + sizeBytes) / this.#pageBytes) + 1;
    if (Number(view.getBigUint64(place + 16, IS_LITTLE_ENDIAN)) !== count) throw new Damage('value size');
    this.#requirePast(view, place + TRANSACTION_AT);
    if (page + count > this.#pagesMax) throw new Damage('cut short');
    const first = this.#read(page, isWanted ? PAGE_HEADER_BYTES + sizeBytes : PAGE_HEADER_BYTES);
    const kind = first.getUint16(PAGE_FLAGS_AT, IS_LITTLE_ENDIAN) & KIND_MASK;
    if (kind !== OVERFLOW || first.getUint32(OVERFLOW_PAGES_AT, IS_LITTLE_ENDIAN) !== count)
      throw new Damage('page kind');
    for (let more = page + 1; more < page + count; more++) this.#visit(more);
    return isWanted ? new DataView(first.buffer, PAGE_HEADER_BYTES, sizeBytes) : undefined;
  }

  /** A count, and as many pages; a negative number is the length of a run, whose page follows. */
  #freePages(value: DataView): void {
    const places = Math.floor(value.byteLength / 8) - 1;
    const count = places < 0 ? -1 : Number(value.getBigUint64(0, IS_LITTLE_ENDIAN));
    if (count < 0 || count > places) throw new Damage('free pages');
    for (let at = 1; at <= count; at++) {
      const page = Math.abs(Number(value.getBigInt64(8 * at, IS_LITTLE_ENDIAN)));
      if (page > this.#root.lastPage) throw new Damage('free pages');
    }
  }

  #read(page: number, lengthBytes: number): DataView {
    this.#visit(page);
    const octets = new Uint8Array(lengthBytes);
    if (readSync(this.#fd, octets, 0, lengthBytes, page * this.#pageBytes) < lengthBytes) throw new Damage('cut short');
    const view = new DataView(octets.buffer);
    if (Number(view.getBigUint64(0, IS_LITTLE_ENDIAN)) !== page) throw new Damage('page number');
    this.#requirePast(view, TRANSACTION_AT);
    return view;
  }

  /** LMDB takes what a later transaction wrote for memory of its own. */
  #requirePast(view: DataView, place: number): void {
    if (view.getBigUint64(place, IS_LITTLE_ENDIAN) > this.#root.transaction) throw new Damage('page of another time');
  }

  /** Each page has one place in one tree. */
  #visit(page: number): void {
    if (page > this.#root.lastPage || page < 2) throw new Damage('page number');
    if (page >= this.#pagesMax) throw new Damage('cut short');
    if (this.#seen[page] !== 0) throw new Damage('page twice');
    this.#seen[page] = 1;
  }
}

const lowAt = IS_LITTLE_ENDIAN ? 0 : 2;
const highAt = IS_LITTLE_ENDIAN ? 2 : 0;

function branchNode(view: DataView, node: number): number {
  const low = view.getUint16(node + lowAt, IS_LITTLE_ENDIAN);
  const high = view.getUint16(node + highAt, IS_LITTLE_ENDIAN);
  const top = view.getUint16(node + 4, IS_LITTLE_ENDIAN);
  const keyBytes = view.getUint16(node + 6, IS_LITTLE_ENDIAN);
  if (node + NODE_BYTES + keyBytes > view.byteLength) throw new Damage('node size');
  return low + high * 65_536 + top * 2 ** 32;
}
