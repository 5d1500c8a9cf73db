/** The two meta pages of an LMDB file: where its trees begin. The numbers are in the order of the machine. */
import { readSync } from 'node:fs';
import { endianness } from 'node:os';

export const IS_LITTLE_ENDIAN: boolean = endianness() === 'LE';
export const PAGE_HEADER_BYTES = 24;
export const PAGE_FLAGS_AT = 18;

// Of a meta page.
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const VERSION_AT = 28;
const FORMAT_VERSION = 2;
const PAGE_BYTES_AT = 48;
const FREE_ROOT_AT = 88;
const MAIN_ROOT_AT = 136;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_BYTES = 160;
const META_FLAG = 0x08;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;

/** The newest state of a database. */
export interface DatabaseRoot {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  /** Root pages of the tree of free pages and of the tree of records; `undefined` for an empty one. */
  readonly free: number | undefined;
  readonly main: number | undefined;
}

/** The newest root in the file `fd` of `sizeBytes`, or what is wrong with it. */
export function readRoot(fd: number, sizeBytes: number): DatabaseRoot | string {
  const first = readMeta(fd, 0);
  if (typeof first === 'string') return first;
  const { pageBytes } = first;
  if (sizeBytes < 2 * pageBytes) return 'cut short';
  const second = readMeta(fd, pageBytes);
  if (typeof second === 'string') return second;
  if (second.pageBytes !== pageBytes) return 'page sizes differ';
  return first.transaction > second.transaction ? first : second;
}

function readMeta(fd: number, at: number): DatabaseRoot | string {
  const octets = new Uint8Array(META_BYTES);
  if (readSync(fd, octets, 0, META_BYTES, at) < META_BYTES) return 'cut short';
  const view = new DataView(octets.buffer);
  const isMeta =
    (view.getUint16(PAGE_FLAGS_AT, IS_LITTLE_ENDIAN) & META_FLAG) !== 0 &&
    view.getUint32(MAGIC_AT, IS_LITTLE_ENDIAN) === MAGIC &&
    (view.getUint32(VERSION_AT, IS_LITTLE_ENDIAN) & 0xffff) === FORMAT_VERSION;
  if (!isMeta) return 'not a database file';
  const pageBytes = view.getUint32(PAGE_BYTES_AT, IS_LITTLE_ENDIAN);
  const isPageSize = pageBytes >= PAGE_BYTES_MIN && pageBytes <= PAGE_BYTES_MAX && (pageBytes & (pageBytes - 1)) === 0;
  if (!isPageSize) return 'page size';
  const root = (place: number): number | undefined => {
    const page = view.getBigUint64(place, IS_LITTLE_ENDIAN);
    return page === NO_ROOT ? undefined : Number(page);
  };
  return {
    pageBytes,
    lastPage: Number(view.getBigUint64(LAST_PAGE_AT, IS_LITTLE_ENDIAN)),
    transaction: view.getBigUint64(TRANSACTION_AT, IS_LITTLE_ENDIAN),
    free: root(FREE_ROOT_AT),
    main: root(MAIN_ROOT_AT),
  };
}
