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

/** A key, and the option that takes it. */
export interface Key {
  readonly option: '--hmackey' | '--aeskey' | '--deskey' | '--privkey-der' | '--pubkey-cert-der';
  readonly octets: Uint8Array;
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
    return this.verifyWith(message, { option: '--hmackey', octets: key });
  }

  verifyWith(message: Uint8Array, key: Key): Answer {
    return this.#run(['--verify', ...this.#keyed(key), '--node-xpath', SIGNATURE], message);
  }

  sign(template: Uint8Array, key: Uint8Array): Answer {
    return this.signWith(template, { option: '--hmackey', octets: key });
  }

  /** Fills the empty DigestValues and the empty SignatureValue of `template`. */
  signWith(template: Uint8Array, key: Key): Answer {
    return this.#run(['--sign', ...this.#keyed(key), '--node-xpath', SIGNATURE], template);
  }

  decrypt(message: Uint8Array, id: string, cipher: string, key: Uint8Array): Answer {
    return this.decryptWith(message, id, { option: keyOption(cipher), octets: key });
  }

  /** Puts plaintext in the place of one xenc:EncryptedData; the key may be that of an EncryptedKey in its KeyInfo. */
  decryptWith(message: Uint8Array, id: string, key: Key): Answer {
    return this.#run(['--decrypt', ...this.#keyed(key), '--node-id', id], message);
  }

  /** Fills the empty CipherValue of the first xenc:EncryptedData: it does not look for another. */
  encrypt(template: Uint8Array, cipher: string, key: Uint8Array, plaintext: Uint8Array): Answer {
    const data = ['--binary-data', this.#file('plaintext', plaintext)];
    return this.#run(['--encrypt', ...this.#keyed({ option: keyOption(cipher), octets: key }), ...data], template);
  }

  /** The same with a new session key (`aes-256`), which goes encrypted into the xenc:EncryptedKey in its KeyInfo. */
  encryptWith(template: Uint8Array, session: string, key: Key, plaintext: Uint8Array): Answer {
    const data = ['--session-key', session, '--binary-data', this.#file('plaintext', plaintext)];
    return this.#run(['--encrypt', ...this.#keyed(key), ...data], template);
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

  #keyed({ option, octets }: Key): readonly string[] {
    return [option, this.#file('key', octets)];
  }

  #file(name: string, octets: Uint8Array): string {
    const file = path.join(this.#folder, name);
    writeFileSync(file, octets, { mode: 0o600 });
    return file;
  }
}

const DECLARATION = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n');
const SIGNATURE = "//*[local-name()='Signature']";

function keyOption(cipher: string): Key['option'] {
  return cipher.startsWith('tripledes') ? '--deskey' : '--aeskey';
}
