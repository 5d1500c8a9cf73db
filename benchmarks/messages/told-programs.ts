/** The programs that are told keys, and how each is made of its source on this machine. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that takes `open` or `seal` and a count of messages as its last words; the rest is said in xmlsec.c. */
export interface ToldProgram {
  /** Of its rows: `xmlsec` for `xmlsec open`. */
  readonly name: string;
  /** With its version, for the head of the results. */
  readonly title: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly ways: readonly ('open' | 'seal')[];
  /** Whether it decrypts an xenc:EncryptedKey beside the data. */
  readonly opensSessionKeys: boolean;
  /** It refuses messages with more. */
  readonly elementsMax?: number;
  /** Its rounds beside ours, for one that takes long to be compiled. */
  readonly roundFactor?: number;
}

export const TOLD_NAMES = ['xmlsec', 'jdk', 'go', 'rust', 'mono'] as const;
export type ToldName = (typeof TOLD_NAMES)[number];

/** Those that are not there at once: they compile for long, or need what few machines have. */
export const BESIDE_NAMES: readonly ToldName[] = ['jdk', 'go', 'rust', 'mono'];

/** Compiles into a folder that is there, or says why it cannot be had. */
export const TOLD_PROGRAMS: Readonly<Record<ToldName, (folder: string) => ToldProgram | string>> = {
  xmlsec,
  jdk,
  go,
  rust,
  mono,
};

const OPENS = { ways: ['open'], opensSessionKeys: true } as const;
const JAVA_ROUND_FACTOR = 3;

function xmlsec(folder: string): ToldProgram | string {
  const said = (option: string): string => saidBy(['xmlsec1-config', option]);
  const version = said('--version');
  if (version === '') return 'its headers are not installed (libxmlsec1-dev)';
  const program = join(folder, 'xmlsec');
  const words = [...said('--cflags').split(/\s+/), '-O2', sourceOf('xmlsec.c'), '-o', program];
  const why = uncompiled('cc', [...words, ...said('--libs').split(/\s+/)]);
  if (why !== undefined) return why;
  return {
    ...{ name: 'xmlsec', title: `xmlsec ${version}`, program, words: [] },
    ways: ['open', 'seal'],
    opensSessionKeys: true,
  };
}

function jdk(folder: string): ToldProgram | string {
  const version = saidBy(['javac', '-version']);
  if (version === '') return 'there is no Java compiler (a JDK of 17 or later)';
  const why = uncompiled('javac', ['-d', folder, sourceOf('java/Jdk.java')]);
  if (why !== undefined) return why;
  const words = ['-XX:+UseSerialGC', '-Xms256m', '-Xmn64m', '-cp', folder, 'Jdk'];
  const title = `javax.xml.crypto of ${version}`;
  return { ...OPENS, name: 'JDK', title, program: 'java', words, roundFactor: JAVA_ROUND_FACTOR };
}

function go(folder: string): ToldProgram | string {
  const version = saidBy(['go', 'env', 'GOVERSION']);
  if (version === '') return 'there is no Go';
  const program = join(folder, 'peer');
  const why = uncompiled('go', ['build', '-o', program, '.'], sourceOf('go'));
  if (why !== undefined) return why;
  return { ...OPENS, name: 'goxmldsig', title: `goxmldsig 1.6.1 (${version})`, program, words: [], elementsMax: 1000 };
}

function rust(): ToldProgram | string {
  const version = saidBy(['rustc', '--version']).split(' ')[1];
  if (version === undefined) return 'there is no Rust';
  // Kept: it takes minutes.
  const target = fileURLToPath(new URL('../../../.parley/bench-rust/', import.meta.url));
  mkdirSync(target, { recursive: true });
  const words = ['build', '--release', '--locked', '--quiet', '--target-dir', target];
  const why = uncompiled('cargo', words, sourceOf('rust'));
  if (why !== undefined) return why;
  const program = join(target, 'release', 'peer');
  const title = `bergshamra 0.11.1 (Rust ${version})`;
  return { name: 'bergshamra', title, program, words: [], ways: ['open'], opensSessionKeys: false };
}

function mono(folder: string): ToldProgram | string {
  const version = /version ([\d.]+)/.exec(saidBy(['mono', '--version']))?.[1];
  if (version === undefined) return 'there is no Mono';
  const program = join(folder, 'Peer.exe');
  const why = uncompiled('mcs', ['-r:System.Security', `-out:${program}`, sourceOf('mono/Peer.cs')]);
  if (why !== undefined) return why;
  return {
    ...{ name: 'SignedXml', title: `SignedXml of Mono ${version}`, program: 'mono', words: [program] },
    ways: ['open'],
    opensSessionKeys: false,
    roundFactor: JAVA_ROUND_FACTOR,
  };
}

function sourceOf(name: string): string {
  return fileURLToPath(new URL(`../../messages/${name}`, import.meta.url));
}

/** What a program says of itself; empty if it is not there. */
function saidBy([program, ...words]: readonly [string, ...string[]]): string {
  return spawnSync(program, words, { encoding: 'utf8' }).stdout?.trim() ?? '';
}

/** Why a compiler gave nothing, if it did not: it is not there, or what it fetches is not, or our source has a mistake, which it names. */
function uncompiled(compiler: string, words: readonly string[], folder?: string): string | undefined {
  const { error, status, stderr } = spawnSync(compiler, words, { encoding: 'utf8', cwd: folder });
  if (error !== undefined) return `there is no ${compiler}`;
  return status === 0 ? undefined : `${compiler} says: ${stderr.trim()}`;
}
