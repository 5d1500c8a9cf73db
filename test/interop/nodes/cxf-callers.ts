// Clients of CXF that call nodes, each under a context of its own, until they are told to end.
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { JAVA_OPTIONS } from '../live/java-peer.ts';
import { makeLiveKeys } from '../live/live-keys.ts';
import { build, ready, start } from '../live/live-process.ts';

const ENDPOINT = 'x509-sbe-13-12';

/** What CXF needs, or why there is none on this machine. */
export interface Cxf {
  readonly classes: string;
  readonly keys: string;
  readonly missing: string | undefined;
}

export function cxf(): Cxf {
  const built = build('test/interop/build-peer.mjs', 'cxf');
  const keys = makeLiveKeys();
  return { classes: built.output, keys: keys.output, missing: built.missing ?? keys.missing };
}

export class CxfCallers {
  /** Texts: those that were answered as they should be; and what became of the others. */
  readonly answered: string[] = [];
  readonly failed: string[] = [];
  readonly wrong: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const lines = createInterface({ input: child.stdout! });
    this.#ended = new Promise((resolve) => lines.once('close', resolve));
    lines.on('line', (line) => this.#hear(line));
  }

  /** So many, of a service at `url`. */
  static async start({ classes, keys }: Cxf, url: URL, clients: number): Promise<CxfCallers> {
    const where = [`keys=${keys}`, `http=${url.origin}`, `endpoints=${ENDPOINT}`, `clients=${clients}`];
    const child = start('java', [
      ...JAVA_OPTIONS,
      '-Xmx512m',
      '-cp',
      classes,
      'parley.interop.cxf.Main',
      'steady',
      ...where,
    ]);
    const callers = new CxfCallers(child);
    await ready(child, 'cxf');
    return callers;
  }

  /** Each ends the call that it is at. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #hear(line: string): void {
    const [what, text = ''] = line.split(' ');
    if (what === 'ANSWERED') this.answered.push(text);
    else if (what === 'FAILED') this.failed.push(line);
    else if (what === 'OTHERWISE') this.wrong.push(text);
  }
}
