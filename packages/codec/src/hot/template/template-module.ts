/** Templates by a WebAssembly module, sixteen octets at a time; see assembly/template.ts. */
import { instantiate } from '@parley/core/internal';
import { decodeText } from '../../tape/text.ts';
import type { Image } from './image.ts';
import { NAME_OCTETS } from './image.ts';
import type { Matcher } from './matcher.ts';
import { MATCH_LIMITS } from './matcher.ts';
import { TEMPLATE_MODULE } from './template-module-octets.ts';

// Where things are in the module's memory of 16 MiB; assembly/template.ts has the same numbers.
const NAMES_AT = 0x400;
const PLACES_AT = 0xc00;
const PRINTS_AT = 0xe00;
const HOLES_AT = 0x1000;
const MESSAGE_AT = 0x20000;
const OUT_AT = 0x130000;
const OUT_END = 0x530000;
const IMAGES_AT = 0x540000;
const IMAGES_BYTES = 0x800000;

interface TemplateExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly print: (length: number) => void;
  readonly match: (image: number, length: number) => number;
  readonly write: (image: number, lead: number) => number;
}

class ModuleMatcher implements Matcher {
  readonly holes: Int32Array;
  readonly places: Int32Array;
  readonly prints: Int32Array;
  readonly out: Uint8Array;
  takes: number = 0;
  readonly #module: TemplateExports;
  readonly #octets: Uint8Array;
  #length = 0;
  /** Of the longest message since the last {@link drop}. */
  #takenBytes = 0;
  #written = 0;
  // Images are laid into their room one after the other, over the oldest; as many octets as were ever laid.
  #laidBytes = 0;
  readonly #laid = new WeakMap<Image, number>();

  constructor(module: TemplateExports) {
    const { buffer } = module.memory;
    this.#module = module;
    this.#octets = new Uint8Array(buffer);
    this.#octets.set(NAME_OCTETS, NAMES_AT);
    this.holes = new Int32Array(buffer, HOLES_AT, MATCH_LIMITS.holes * 2);
    this.places = new Int32Array(buffer, PLACES_AT, MATCH_LIMITS.parts * 2);
    this.prints = new Int32Array(buffer, PRINTS_AT, 2);
    this.out = new Uint8Array(buffer, OUT_AT, OUT_END - OUT_AT);
  }

  take(message: Uint8Array): boolean {
    if (message.length > MATCH_LIMITS.messageBytes) return false;
    this.takes++;
    this.#takenBytes = Math.max(this.#takenBytes, message.length);
    this.#octets.set(message, MESSAGE_AT);
    this.#length = message.length;
    return true;
  }

  print(): void {
    this.#module.print(this.#length);
  }

  match(image: Image): number {
    return this.#module.match(this.#placeOf(image), this.#length);
  }

  write(image: Image, lead: number): number {
    this.#written = this.#module.write(this.#placeOf(image), lead);
    return this.#written;
  }

  lend(hole: number, octets: Uint8Array): void {
    this.#octets.set(octets, MESSAGE_AT + this.#length);
    this.holes[hole * 2] = this.#length;
    this.holes[hole * 2 + 1] = this.#length + octets.length;
    this.#takenBytes = Math.max(this.#takenBytes, this.#length + octets.length);
  }

  text(hole: number): string {
    return decodeText(this.#octets, MESSAGE_AT + this.holes[hole * 2]!, MESSAGE_AT + this.holes[hole * 2 + 1]!);
  }

  drop(): void {
    this.#octets.fill(0, MESSAGE_AT, MESSAGE_AT + this.#takenBytes);
    // What did not fit may have been written up to the end.
    this.out.fill(0, 0, this.#written < 0 ? this.out.length : this.#written + 16);
    this.#length = 0;
    this.#takenBytes = 0;
    this.#written = 0;
  }

  /** Where the image is; it is laid there if it is there no more. */
  #placeOf(image: Image): number {
    const at = this.#laid.get(image);
    if (at !== undefined && at + IMAGES_BYTES >= this.#laidBytes) return IMAGES_AT + (at % IMAGES_BYTES);
    const { length } = image.octets;
    let from = this.#laidBytes;
    if ((from % IMAGES_BYTES) + length > IMAGES_BYTES) from += IMAGES_BYTES - (from % IMAGES_BYTES);
    this.#octets.set(image.octets, IMAGES_AT + (from % IMAGES_BYTES));
    this.#laidBytes = from + length;
    this.#laid.set(image, from);
    return IMAGES_AT + (from % IMAGES_BYTES);
  }
}

const module = instantiate(TEMPLATE_MODULE, {}) as TemplateExports | undefined;

/** `undefined` without WebAssembly, or where the processor has no 128-bit vectors. */
export const moduleMatcher: Matcher | undefined = module && new ModuleMatcher(module);
