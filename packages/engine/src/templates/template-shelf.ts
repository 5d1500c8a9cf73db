/** The templates of one policy and thread, bounded: how many are kept, how many are tried, and how often one is made. */
import type { Tape } from '@parley/codec';
import { Fault } from '@parley/core';
import type { Workspace } from '../memory/workspace.ts';
import type { Policy } from '../policy/policy.ts';
import { NoTemplate } from './hole-list.ts';
import type { BodyForm, KnownShape, PlainTemplate } from './message-template.ts';
import { outlineOf, shapeOf } from './shape.ts';

/** Templates that one message is compared with, at most. A comparison costs about a hundredth of opening in full. */
const TRIED_MAX = 8;
/** Of so many messages one is compared, while none fits. */
const SKIPPED = 16;
const SHAPES_MAX = 1024;
/** Messages of one shape, and of one outline, until there is a template. */
const SAME_SEEN = 2;
const ANY_SEEN = 4;
const HOPELESS = Number.NEGATIVE_INFINITY;
/** Making one costs as much as five messages: one in so many that find none, and one for so few that do. */
const MISSES_PER_TEMPLATE = 512;
const HITS_PER_TEMPLATE = 16;

export class TemplateShelf<Template extends { readonly shape: number }> {
  readonly #templatesMax: number;
  /** Used last, first. */
  readonly #templates: Template[] = [];
  /** How often each shape was seen. */
  readonly #seen = new Map<number, number>();
  /** How many templates may be made. */
  #credit: number;
  /** How many are tried: fewer and fewer while none fits. */
  #tried = TRIED_MAX;

  #skipped = 0;

  constructor(templatesMax: number) {
    this.#templatesMax = templatesMax;
    this.#credit = templatesMax;
  }

  get isEmpty(): boolean {
    return this.#templates.length === 0;
  }

  /** Whether there is any; and, where none has fitted for long, whether it is time to look again. */
  get isWorthATry(): boolean {
    if (this.isEmpty) return false;
    return this.#tried > 1 || this.#skipped++ % SKIPPED === 0;
  }

  /** The template that `fits`, of those that are tried. */
  find(fits: (template: Template) => boolean): Template | undefined {
    const templates = this.#templates;
    const count = Math.min(this.#tried, templates.length);
    for (let place = 0; place < count; place++) {
      const template = templates[place]!;
      if (!fits(template)) continue;
      if (place > 0) this.#bringForward(place, template);
      this.#tried = TRIED_MAX;
      this.#earn(1 / HITS_PER_TEMPLATE);
      return template;
    }
    if (this.#tried > 1) this.#tried--;
    return undefined;
  }

  /** Has the template of that shape tried first, if there is one: it may be further back than was tried. */
  recall(shape: number): void {
    const known = this.#templates.findIndex((template) => template.shape === shape);
    if (known > 0) this.#bringForward(known, this.#templates[known]!);
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
    this.#earn(1 / MISSES_PER_TEMPLATE);
    this.recall(shape);
    if (this.#seen.size >= SHAPES_MAX) this.#seen.clear();
    const seen = (this.#seen.get(shape) ?? 0) + 1;
    this.#seen.set(shape, seen);
    if (seen < least || this.#credit < 1) return false;
    this.#credit--;
    this.#seen.delete(shape);
    return true;
  }

  /** Keeps a template, in the place of the least recently used one if there are too many. */
  keep(template: Template): void {
    this.#templates.unshift(template);
    if (this.#templates.length > this.#templatesMax) this.#templates.pop();
  }

  #bringForward(place: number, template: Template): void {
    this.#templates.splice(place, 1);
    this.#templates.unshift(template);
  }

  #earn(share: number): void {
    this.#credit = Math.min(this.#credit + share, this.#templatesMax);
  }
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
