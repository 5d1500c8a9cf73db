/**
 * A peer beside us in a process of its own that times itself. It knows nothing of WS-Security, so it is told each
 * message's keys, which part is encrypted by which, and which Ids there are: it parses, decrypts and verifies, or fills in
 * a template that has everything but digests, signature and ciphertexts. The session key of X.509 it decrypts itself.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@parley/engine';
import { must } from '../corpus.ts';
import type { RemoteSubject } from '../measure.ts';
import { LineProcess } from './line-process.ts';
import { OPEN, SEAL } from './ours.ts';
import type { SecuredMessages } from './secured.ts';
import type { TakenApart } from './taken-apart.ts';
import { takeApart } from './taken-apart.ts';
import type { Timed } from './timed.ts';
import { timesOf } from './timed.ts';
import type { ToldName, ToldProgram } from './told-programs.ts';
import { TOLD_PROGRAMS } from './told-programs.ts';

const KEYS = new URL('../../messages/keys/', import.meta.url);
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

export class ToldPeer {
  readonly title: string;
  readonly #program: ToldProgram;
  readonly #folder: string;
  #processes: LineProcess[] = [];

  private constructor(program: ToldProgram, folder: string) {
    this.title = program.title;
    this.#program = program;
    this.#folder = folder;
  }

  /** The peer, compiled, or why there is none on this machine. */
  static start(name: ToldName): ToldPeer | string {
    const folder = mkdtempSync(join(tmpdir(), `parley-${name}-`));
    const program = TOLD_PROGRAMS[name](folder);
    if (typeof program !== 'string') return new ToldPeer(program, folder);
    rmSync(folder, { recursive: true });
    return program;
  }

  end(): void {
    this.endProcesses();
    rmSync(this.#folder, { recursive: true });
  }

  /** Ends what {@link subjects} started: they are not to be used any more. */
  endProcesses(): void {
    for (const peer of this.#processes) peer.end();
    this.#processes = [];
  }

  /** Opening, and sealing where it can and there is an envelope. Each was done once, and its answer was right. */
  async subjects(secured: SecuredMessages): Promise<readonly RemoteSubject[]> {
    const { kind, messages, content } = secured;
    const { ways, opensSessionKeys, elementsMax = Number.POSITIVE_INFINITY } = this.#program;
    if (kind.name === 'x509' && !opensSessionKeys) return [];
    const apart = messages.map((octets) => takeApart(octets, kind));
    if (elementCountOf(apart[0]!.clear) > elementsMax) return [];
    const files = messages.map((octets, index) => openFiles(octets, apart[index]!));
    const opening = await this.#run('open', secured, files);
    // It declares a prefix again where it puts the plaintext, so that what is inside that element is compared.
    if (!opening.answer.includes(content)) throw new Error(`${this.title} gives another answer than we do`);
    if (!ways.includes('seal') || kind.sealing === undefined) return [opening.subject];
    const sealing = await this.#run('seal', secured, [sealFiles(apart[0]!)]);
    must(open(sealing.answer, kind.opening));
    return [opening.subject, sealing.subject];
  }

  async #run(
    way: 'open' | 'seal',
    { name: message, bytes }: SecuredMessages,
    files: readonly MessageFiles[],
  ): Promise<{ readonly subject: RemoteSubject; readonly answer: Buffer }> {
    const { name, program, words, roundFactor } = this.#program;
    const folder = join(this.#folder, `${way}-${message}`);
    mkdirSync(folder);
    for (const party of ['alice', 'alice-private', 'bob', 'bob-private'])
      writeFileSync(join(folder, `${party}.pem`), readFileSync(new URL(`${party}.pem`, KEYS)));
    for (const [index, parts] of files.entries()) {
      for (const [suffix, content] of Object.entries(parts))
        if (content !== undefined) writeFileSync(join(folder, `${index}.${suffix}`), content, { mode: 0o600 });
    }
    const peer = new LineProcess(program, [...words, way, String(files.length)], folder);
    this.#processes.push(peer);
    await peer.ask({ write: true });
    const runFor = async (ms: number): Promise<{ wallUs: number; cpuUs: number }> =>
      timesOf(await peer.ask<Timed>({ ms }));
    const against = way === 'open' ? OPEN : SEAL;
    return {
      subject: { name: `${name} ${way}`, message, bytes, against, runFor, ...(roundFactor && { roundFactor }) },
      answer: readFileSync(join(folder, 'out.xml')),
    };
  }
}

function elementCountOf(text: string): number {
  return text.match(/<\w/g)?.length ?? 0;
}

/** What stands in the files of one message, by suffix; see xmlsec.c. */
interface MessageFiles {
  readonly xml: string | Uint8Array;
  readonly mac: Uint8Array | undefined;
  readonly enc?: Uint8Array | undefined;
  readonly session?: Uint8Array | undefined;
  readonly body?: string | undefined;
  readonly signature?: string | undefined;
}

function openFiles(octets: Uint8Array, { macKey, encrypted, sessionKeyValue }: TakenApart): MessageFiles {
  return { xml: octets, mac: macKey, enc: sessionKeyValue === undefined ? encrypted[0]?.key : undefined };
}

function sealFiles({ clear, macKey, encrypted, sessionKeyValue }: TakenApart): MessageFiles {
  const enc = encrypted[0]?.key;
  const templates = encrypted.map(({ markup }) =>
    markup.replace(' Id=', ` xmlns:o="${WSSE}" Id=`).replace(/CipherValue>[^<]*</, 'CipherValue><'),
  );
  return {
    xml: clear.replace(/(DigestValue|SignatureValue|CipherValue)>[^<]*</g, '$1><'),
    mac: macKey,
    enc,
    session: sessionKeyValue === undefined ? undefined : enc,
    body: templates.find((template) => template.includes('#Content"')),
    signature: templates.find((template) => template.includes('#Element"')),
  };
}
