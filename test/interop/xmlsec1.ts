// The command xmlsec1 (libxml2, OpenSSL). Keys travel in files of a folder that is removed at the end.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Answer {
  readonly ok: boolean;
  readonly document: Buffer;
  readonly said: string;
}

/** Elements of ours that carry an Id. */
const WITH_ID = ['Action', 'MessageID', 'ReplyTo', 'To', 'Timestamp', 'Body', 'EncryptedData', 'Signature'];

export class Xmlsec1 {
  readonly version: string;
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(version: string) {
    this.version = version;
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'parley-xmlsec1-'));
    // From 1.3 on a key must be named by the message, unless one says otherwise.
    const lax = /^1\.[012]\./.test(version) ? [] : ['--lax-key-search'];
    this.#options = [...lax, ...WITH_ID.flatMap((name) => ['--id-attr:Id', name])];
  }

  /** The command, or why there is none on this machine. */
  static start(): Xmlsec1 | string {
    const said = spawnSync('xmlsec1', ['--version'], { encoding: 'utf8' });
    const version = /^xmlsec1 (\S+)/.exec(said.stdout ?? '')?.[1];
    return version === undefined ? 'xmlsec1 is not installed' : new Xmlsec1(version);
  }

  verify(message: Uint8Array, key: Uint8Array): Answer {
    return this.#run(['--verify', '--hmackey', this.#file('key', key), '--node-xpath', SIGNATURE], message);
  }

  /** Fills the empty DigestValues and the empty SignatureValue of `template`. */
  sign(template: Uint8Array, key: Uint8Array): Answer {
    return this.#run(['--sign', '--hmackey', this.#file('key', key), '--node-xpath', SIGNATURE], template);
  }

  /** Puts plaintext in the place of one xenc:EncryptedData. */
  decrypt(message: Uint8Array, id: string, cipher: string, key: Uint8Array): Answer {
    return this.#run(['--decrypt', keyOption(cipher), this.#file('key', key), '--node-id', id], message);
  }

  /** Fills the empty CipherValue of the first xenc:EncryptedData: it does not look for another. */
  encrypt(template: Uint8Array, cipher: string, key: Uint8Array, plaintext: Uint8Array): Answer {
    const data = ['--binary-data', this.#file('plaintext', plaintext)];
    return this.#run(['--encrypt', keyOption(cipher), this.#file('key', key), ...data], template);
  }

  end(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #run(args: readonly string[], document: Uint8Array): Answer {
    // Without a declaration libxml2 writes references for what is not ASCII.
    const input = this.#file('document.xml', Buffer.concat([DECLARATION, document]));
    const { status, stdout, stderr } = spawnSync('xmlsec1', [...args, ...this.#options, input]);
    return { ok: status === 0, document: stdout.subarray(stdout.indexOf('\n') + 1), said: stderr.toString() };
  }

  #file(name: string, octets: Uint8Array): string {
    const file = path.join(this.#folder, name);
    writeFileSync(file, octets, { mode: 0o600 });
    return file;
  }
}

const DECLARATION = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n');
const SIGNATURE = "//*[local-name()='Signature']";

function keyOption(cipher: string): string {
  return cipher.startsWith('tripledes') ? '--deskey' : '--aeskey';
}
