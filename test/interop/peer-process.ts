// A peer in a process of its own: one line of JSON in, one out. See test/interop/wss4j/src/parley/interop/Peer.java.
import { type ChildProcess, spawn } from 'node:child_process';
import readline from 'node:readline';

/** What a peer answers: a result, or its engine's refusal of a message. Anything else is thrown. */
export type PeerReply<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly kind: string; readonly reason: string };

interface Line {
  readonly id: number;
  readonly result?: unknown;
  readonly refused?: { readonly kind: string; readonly reason: string };
  readonly failed?: string;
}

interface Waiting {
  readonly resolve: (line: Line) => void;
  readonly reject: (error: Error) => void;
}

export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #complaints = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', (code) => this.#end(new Error(`the peer ended (${code}): ${this.#complaints}`)));
    this.#child.stderr?.on('data', (data) => {
      this.#complaints = `${this.#complaints}${data}`.slice(-4096);
    });
    readline.createInterface({ input: this.#child.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      this.#waiting.get(line.id)?.resolve(line);
      this.#waiting.delete(line.id);
    });
  }

  /** Asks for one operation. Secrets travel in `args`, never on the command line. */
  async call<Result>(operation: string, args: object): Promise<PeerReply<Result>> {
    const id = ++this.#lastId;
    const line = await new Promise<Line>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ id, operation, arguments: args })}\n`);
    });
    if (line.failed !== undefined) throw new Error(`${operation}: ${line.failed}`);
    return line.refused === undefined ? { ok: true, value: line.result as Result } : { ok: false, ...line.refused };
  }

  /** Lets the peer end by itself: its input is over. */
  end(): void {
    this.#child.stdin?.end();
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
