/** The templates of one policy and thread, bounded: how many are kept, how many are tried, and how often one is made. */
import type { Tape } from '@parley/codec';
import { Fault } from '@parley/core';
import type { Workspace } from '../memory/workspace.ts';
import type { OpenRequest } from '../open/request.ts';
import type { Policy } from '../policy/policy.ts';
import { NoTemplate } from './hole-list.ts';
import { LearningCredit } from './learning-credit.ts';
import type { KnownShape, PlainTemplate } from './message-template.ts';
import type { BodyForm, Printed } from './print.ts';
import { outlineOf, shapeOf } from './print.ts';

/** Templates of one print that a message is compared with, at most. */
const TRIED_MAX = 4;
/** After so many messages that found none, one in {@link SKIPPED} is looked for by its prints. */
const MISSES_MAX = 64;
const SKIPPED = 16;
const SHAPES_MAX = 1024;
/** Messages of one shape, and of one outline, until there is a template. */
const SAME_SEEN = 2;
const ANY_SEEN = 4;
const HOPELESS = Number.NEGATIVE_INFINITY;
/** Making one costs as much as twenty messages: one in so many that find none, and one for so few that do. */
const MISSES_PER_TEMPLATE = 1024;
const HITS_PER_TEMPLATE = 32;
/** A template that fitted one of so many messages, times the number of templates, is in use: no other takes its place. */
const ROUNDS_IN_USE = 16;

export class TemplateShelf<Template extends Printed> {
  readonly #templatesMax: number;
  /** With the number of the message that each fitted last; least recently used first. */
  readonly #used = new Map<Template, number>();
  readonly #byPrint = new Map<number, readonly Template[]>();
  #latest: Template | undefined;
  /** Messages that were looked for. */
  #count = 0;
  /** How often each shape was seen. */
  readonly #seen = new Map<number, number>();
  readonly #credit: LearningCredit;
  /** Since the last one that was found. */
  #misses = 0;
  #skipped = 0;
  /** Whether the next one is to be looked for in any case: it was decrypted for that. */
  #isAwaited = false;

  /** With `credit` that it may share with others. */
  constructor(templatesMax: number, credit: LearningCredit = new LearningCredit(templatesMax)) {
    this.#templatesMax = templatesMax;
    this.#credit = credit;
  }

  get isEmpty(): boolean {
    return this.#latest === undefined;
  }

  /** Whether there is any; and, where none has fitted for long, whether it is time to look again. */
  get isWorthATry(): boolean {
    this.#isAwaited = this.#misses < MISSES_MAX || this.#skipped++ % SKIPPED === 0;
    return !this.isEmpty && this.#isAwaited;
  }

  /** The template that `fits`: the one that did last, or one of those that have the prints of the message. */
  find(fits: (template: Template) => boolean, printsOf: () => Int32Array): Template | undefined {
    this.#count++;
    const latest = this.#latest;
    const found = latest !== undefined && fits(latest) ? latest : this.#findByPrint(fits, printsOf);
    if (found === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#misses = 0;
    this.#touch(found);
    this.#credit.earn(1 / HITS_PER_TEMPLATE);
    return found;
  }

  #findByPrint(fits: (template: Template) => boolean, printsOf: () => Int32Array): Template | undefined {
    const isTime = this.#isAwaited || this.#misses < MISSES_MAX || this.#count % SKIPPED === 0;
    this.#isAwaited = false;
    if (this.#used.size < 2 || !isTime) return undefined;
    for (const print of printsOf()) {
      for (const template of this.#byPrint.get(print) ?? [])
        if (template !== this.#latest && fits(template)) return template;
    }
    return undefined;
  }

  /**
   * Notes a message that no template opened, and makes one if it is time: of what is seen for the second time; and, where Bodies
   * differ in structure, of what they have in common. Whether it did.
   */
  learn(tape: Tape, make: (body: BodyForm) => Template): boolean {
    return (
      this.#learn(shapeOf(tape), SAME_SEEN, () => make('same')) ||
      this.#learn(outlineOf(tape), ANY_SEEN, () => make('any'))
    );
  }

  #learn(shape: number, least: number, make: () => Template): boolean {
    if (!this.isDue(shape, least)) return false;
    try {
      this.keep(make());
      return true;
    } catch (error) {
      if (!(error instanceof NoTemplate || error instanceof Fault)) throw error;
      this.#seen.set(shape, HOPELESS);
      return false;
    }
  }

  /** Notes a message of `shape` that no template opened; whether it is time to make one of it, for it was seen so often. */
  isDue(shape: number, least: number): boolean {
    this.#credit.earn(1 / MISSES_PER_TEMPLATE);
    if (this.#seen.size >= SHAPES_MAX) this.#seen.clear();
    const seen = (this.#seen.get(shape) ?? 0) + 1;
    this.#seen.set(shape, seen);
    if (seen < least || !this.#credit.isLeft || !this.#hasRoom()) return false;
    this.#credit.spend();
    this.#seen.delete(shape);
    return true;
  }

  /** perf: of more shapes than there is room for, in turn, each would take the place of the one that comes next. */
  #hasRoom(): boolean {
    if (this.#used.size < this.#templatesMax) return true;
    const [oldest = 0] = this.#used.values();
    return this.#count - oldest > ROUNDS_IN_USE * this.#templatesMax;
  }

  /** Keeps a template, in the place of the least recently used one if there are too many. */
  keep(template: Template): void {
    const { print } = template;
    const [oldest] = this.#used.keys();
    if (this.#used.size >= this.#templatesMax && oldest !== undefined) this.#drop(oldest);
    const alike = this.#byPrint.get(print) ?? [];
    if (alike.length >= TRIED_MAX) this.#drop(alike[0]!);
    this.#byPrint.set(print, [...(this.#byPrint.get(print) ?? []), template]);
    this.#touch(template);
    this.#misses = 0;
  }

  #drop(template: Template): void {
    this.#used.delete(template);
    const alike = (this.#byPrint.get(template.print) ?? []).filter((other) => other !== template);
    if (alike.length === 0) this.#byPrint.delete(template.print);
    else this.#byPrint.set(template.print, alike);
  }

  #touch(template: Template): void {
    if (template !== this.#latest) this.#used.delete(template);
    this.#used.set(template, this.#count);
    this.#latest = template;
  }
}

/** A request that templates can be asked for: with a workspace that keeps them. */
export interface KnownRequest extends OpenRequest {
  readonly workspace: Workspace;
}

export function isKnownRequest(request: OpenRequest): request is KnownRequest {
  return request.workspace !== undefined;
}

/** The templates of one policy and thread. */
export interface Shelves {
  /** Of messages as they come. */
  readonly received: TemplateShelf<KnownShape>;
  /** Of those whose Body was decrypted. */
  readonly decrypted: TemplateShelf<PlainTemplate>;
}

const shelves = new WeakMap<Workspace, WeakMap<Policy, Shelves>>();

/** The shelves of a workspace for a policy; `undefined` where there are to be no templates. */
export function shelvesOf(workspace: Workspace | undefined, policy: Policy): Shelves | undefined {
  if (workspace === undefined || workspace.templatesMax === 0) return undefined;
  const { templatesMax } = workspace;
  let ofWorkspace = shelves.get(workspace);
  if (ofWorkspace === undefined) {
    ofWorkspace = new WeakMap();
    shelves.set(workspace, ofWorkspace);
  }
  let ofPolicy = ofWorkspace.get(policy);
  if (ofPolicy === undefined) {
    ofPolicy = { received: new TemplateShelf(templatesMax), decrypted: new TemplateShelf(templatesMax) };
    ofWorkspace.set(policy, ofPolicy);
  }
  return ofPolicy;
}
