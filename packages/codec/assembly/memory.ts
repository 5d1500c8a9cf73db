// AssemblyScript. Where things are in the module's memory of 32 MiB, in octets; ../src/hot/scan/scan-module.ts has the same
// numbers.

/** Says that the plain scanner is to go on. */
export const GIVEN_UP: i32 = -1;

/** Prefix id -> URI id in scope, -1 for unbound. */
export const BINDINGS: i32 = 0x800;
/** Prefix id -> element that declared it last. */
export const OWNERS: i32 = 0xa00;
/** The slots of the URI table when only the vocabulary is in it. */
export const KNOWN_SLOTS: i32 = 0xc00;
/** How many elements, attributes, declarations, ids, prefixes and URIs there are, and where the plain scanner goes on. */
export const COUNTS: i32 = 0xd00;
/** The tables of octet-table.ts. */
export const PREFIXES: i32 = 0x1000;
export const URIS: i32 = 0x1a00;

// The lists of the tape, with room for the densest document of 1 MiB; ids are fewer than attributes.
export const ELEMENTS: i32 = 0x400000;
export const ELEMENTS_MAX: i32 = 262144;
export const ATTRIBUTES: i32 = 0x1400000;
export const ATTRIBUTES_MAX: i32 = 262144;
export const DECLARATIONS: i32 = 0x1c00000;
export const DECLARATIONS_MAX: i32 = 131072;
export const IDS: i32 = 0x1e00000;
export const URI_OCTETS: i32 = 0x1f0000;
export const URI_OCTETS_MAX: i32 = 0x10000;
/** The document. */
export const OCTETS: i32 = 0x200000;

@inline export function octetAt(at: i32): i32 { return <i32>load<u8>(at, 0x200000); }
@inline export function wordAt(at: i32): u64 { return load<u64>(at, 0x200000); }
