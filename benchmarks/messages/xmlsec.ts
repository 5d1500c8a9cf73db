/**
 * libxmlsec1 beside us, in a process of its own that times itself. It knows nothing of WS-Security, so it is told each
 * message's keys, which part is encrypted by which, and which Ids there are: it parses, decrypts and verifies, or fills in
 * a template that has everything but digests, signature and ciphertexts. The session key of X.509 it decrypts itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const SOURCE = fileURLToPath(new URL('../../messages/xmlsec.c', import.meta.url));
const KEYS = new URL('../../messages/keys/', import.meta.url);
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

export class Xmlsec {
  readonly version: string;
  readonly #folder: string;
  #processes: LineProcess[] = [];

  private constructor(version: string, folder: string) {
    this.version = version;
    this.#folder = folder;
  }

  /** The peer, compiled, or why there is none on this machine. */
  static start(): Xmlsec | string {
    const said = (option: string): string =>
      spawnSync('xmlsec1-config', [option], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const version = said('--version');
    if (version === '') return 'its headers are not installed (libxmlsec1-dev)';
    const folder = mkdtempSync(join(tmpdir(), 'parley-xmlsec-'));
    const words = [...said('--cflags').split(/\s+/), '-O2', SOURCE, '-o', join(folder, 'xmlsec')];
    const compiled = spawnSync('cc', [...words, ...said('--libs').split(/\s+/)], { encoding: 'utf8' });
    if (compiled.status === 0) return new Xmlsec(version, folder);
    rmSync(folder, { recursive: true });
    // A mistake of ours is no reason to go on without the peer.
    if (compiled.error === undefined) throw new Error(compiled.stderr);
    return 'there is no C compiler (cc)';
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

  /** Opening and sealing. Each was done once, and its answer was right. */
  async subjects(secured: SecuredMessages): Promise<readonly RemoteSubject[]> {
    const { kind, messages, envelope } = secured;
    const opening = await this.#run(
      'open',
      secured,
      messages.map((octets) => openFiles(octets, takeApart(octets, kind))),
    );
    // It declares a prefix again where it puts the plaintext, so that what is inside that element is compared.
    const content = /<m:Line>.*<\/m:Line>/s.exec(new TextDecoder().decode(envelope))![0];
    if (!opening.answer.includes(content)) throw new Error('xmlsec gives another answer than we do');
    const sealing = await this.#run('seal', secured, [sealFiles(takeApart(messages[0]!, kind))]);
    must(open(sealing.answer, kind.opening));
    return [opening.subject, sealing.subject];
  }

  async #run(
    way: 'open' | 'seal',
    { name: message, bytes }: SecuredMessages,
    files: readonly MessageFiles[],
  ): Promise<{ readonly subject: RemoteSubject; readonly answer: Buffer }> {
    const folder = join(this.#folder, `${way}-${message}`);
    mkdirSync(folder);
    for (const name of ['alice', 'alice-private', 'bob', 'bob-private'])
      writeFileSync(join(folder, `${name}.pem`), readFileSync(new URL(`${name}.pem`, KEYS)));
    for (const [index, parts] of files.entries()) {
      for (const [suffix, content] of Object.entries(parts))
        if (content !== undefined) writeFileSync(join(folder, `${index}.${suffix}`), content, { mode: 0o600 });
    }
    const peer = new LineProcess(join(this.#folder, 'xmlsec'), [way, String(files.length)], folder);
    this.#processes.push(peer);
    await peer.ask({ write: true });
    const runFor = async (ms: number): Promise<{ wallUs: number; cpuUs: number }> =>
      timesOf(await peer.ask<Timed>({ ms }));
    const against = way === 'open' ? OPEN : SEAL;
    return {
      subject: { name: `xmlsec ${way}`, message, bytes, against, runFor },
      answer: readFileSync(join(folder, 'out.xml')),
    };
  }
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
