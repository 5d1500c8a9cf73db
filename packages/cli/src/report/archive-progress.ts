import type { ArchiveEvent, Phase } from '@parley/archive';
import type { FaultCode } from '@parley/core';
import { terminalBar, timeLeft } from './progress-bar.ts';
import { grouped } from './verify-report.ts';

const FORMAT = '{pass} {units} {percentage} % │ {messages} messages │ {refused} refused │ {rate}/s │ {left}';
/** Characters for the units of a pass, each for as many as it takes. */
const UNITS_WIDTH = 40;
/** How much of the units behind a character is done. */
const SHADES = ['·', '░', '▒', '▓', '█'] as const;
const UNDER_WAY = '▚';

const NAMES: Readonly<Record<Phase, string>> = { index: 'segments', verify: 'shards' };

/** How far an archive is: which pieces are done or under way, what was found, how long it will take. */
export class ArchiveProgress {
  /** Messages that have a result. */
  messages = 0;
  readonly #stream: NodeJS.WritableStream | undefined;
  #bar: ReturnType<typeof terminalBar> | undefined;
  #phase: Phase = 'index';
  #counts: Readonly<Record<Phase, number>> = { index: 0, verify: 0 };
  #units: ('waiting' | 'begun' | 'done')[] = [];
  #done = 0;
  #refused = 0;
  /** For what, if something that may pass does not let it go on. */
  #waiting: FaultCode | undefined;
  #sizeBytes = 0;
  #readBytes = 0;
  #phaseStartedMs = performance.now();
  readonly #startedMs = performance.now();

  /** Draws on `stream`, a terminal; without one it only counts. */
  constructor(stream: NodeJS.WritableStream | undefined) {
    this.#stream = stream;
  }

  take(event: ArchiveEvent): void {
    if (event.kind === 'planned') this.#plan(event);
    else if (event.kind === 'read') this.#readBytes += event.bytes;
    else if (event.kind === 'answered') {
      this.messages += event.valid + event.refused;
      this.#refused += event.refused;
    } else if (event.kind === 'waiting') this.#waiting = event.code;
    else {
      this.#waiting = undefined;
      if (event.phase !== this.#phase) this.#enter(event.phase);
      this.#units[event.number] = event.kind;
      if (event.kind === 'done') this.#done += 1;
    }
    this.#bar?.update(this.#share, this.#payload());
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #plan({ segments, shards, sizeBytes }: Extract<ArchiveEvent, { readonly kind: 'planned' }>): void {
    this.#counts = { index: segments, verify: shards };
    this.#sizeBytes = sizeBytes;
    this.#enter('index');
    if (this.#stream === undefined) return;
    this.#bar = terminalBar(this.#stream, FORMAT);
    this.#bar.start(1000, 0, this.#payload());
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseStartedMs = performance.now();
    this.#done = 0;
    // What an earlier run has done is not begun again: it stays as it is drawn at first.
    this.#units = Array.from({ length: this.#counts[phase] }, () => 'waiting');
  }

  /** Of 1000: of the octets that are read in the first pass, of the shards in the second. */
  get #share(): number {
    const parts =
      this.#phase === 'index'
        ? this.#readBytes / Math.max(1, this.#sizeBytes)
        : this.#done / Math.max(1, this.#units.length);
    return Math.round(1000 * Math.min(1, parts));
  }

  #payload(): Readonly<Record<string, string>> {
    const seconds = Math.max(performance.now() - this.#startedMs, 1) / 1000;
    const phaseSeconds = (performance.now() - this.#phaseStartedMs) / 1000;
    const share = this.#share / 1000;
    return {
      pass: NAMES[this.#phase],
      units: drawn(this.#units),
      messages: grouped(this.messages),
      refused: grouped(this.#refused),
      rate: grouped(this.messages / seconds),
      left: this.#waiting === undefined ? this.#left(share, phaseSeconds) : `waiting: ${this.#waiting}`,
    };
  }

  #left(share: number, phaseSeconds: number): string {
    return share === 0 ? '' : timeLeft((phaseSeconds * (1 - share)) / share);
  }
}

function drawn(units: readonly string[]): string {
  const width = Math.min(UNITS_WIDTH, units.length);
  return Array.from({ length: width }, (_, place) => {
    const some = units.slice(
      Math.floor((place * units.length) / width),
      Math.floor(((place + 1) * units.length) / width),
    );
    const done = some.filter((state) => state === 'done').length;
    if (done < some.length && some.includes('begun')) return UNDER_WAY;
    return SHADES[Math.floor((done * (SHADES.length - 1)) / some.length)] ?? '';
  }).join('');
}
