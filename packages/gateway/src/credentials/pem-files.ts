/** Certificates and private keys from PEM files, and whom to trust. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrustOptions } from '@parley/core';
import { Certificate, CertifiedKey, DEFAULT_LIMITS, Fault, PrivateKey, Trust } from '@parley/core';
import { listOf, requireKind, TEXT } from '@parley/core/internal';
import type { CertificateSignature, OwnKey } from '@parley/engine';

/** A folder that files are named from, and which files were read from it. */
export class Files {
  readonly #folder: string;
  /** Absolute paths. */
  readonly read: Set<string> = new Set();

  /** @throws Fault `caller.option-invalid` */
  constructor(folder: string) {
    requireKind(TEXT, folder, 'folder');
    this.#folder = folder;
  }

  /** @throws Fault `caller.input-unreadable` it cannot be read */
  async octets(name: string): Promise<Uint8Array> {
    const file = this.path(name);
    this.read.add(file);
    try {
      return await readFile(file);
    } catch (error) {
      throw new Fault(
        'caller.input-unreadable',
        { path: file, reason: String((error as { code?: string }).code) },
        error,
      );
    }
  }

  /** A file in UTF-8, as Node's TLS takes PEM. @throws Fault as {@link octets} */
  async text(name: string): Promise<string> {
    return new TextDecoder().decode(await this.octets(name));
  }

  /** The text of a file with certificates, for TLS, which would ignore what is none. @throws Fault as {@link certificates} */
  async certificatesText(name: string): Promise<string> {
    const octets = await this.octets(name);
    certificatesIn(octets, name);
    return new TextDecoder().decode(octets);
  }

  /** @throws Fault `caller.option-invalid` */
  path(name: string): string {
    requireKind(TEXT, name, 'name');
    return path.resolve(this.#folder, name);
  }

  /** @throws Fault as {@link octets}, and as `Certificate.readPem` */
  async certificates(name: string): Promise<readonly [Certificate, ...Certificate[]]> {
    return certificatesIn(await this.octets(name), name);
  }

  /** A certificate, with those above it if the file has them, and its key. @throws Fault as above */
  async keyPair(certificate: string, key: string): Promise<KeyPair> {
    requireKind(TEXT, certificate, 'certificate');
    requireKind(TEXT, key, 'key');
    const chain = await this.certificates(certificate);
    const uses = ['signature', 'encryption', 'rsa-1_5'] as const;
    const bytes = await this.octets(key);
    try {
      const privateKey = PrivateKey.read({ format: 'pem', bytes }, { uses });
      return {
        own: { certificate: chain[0], privateKey },
        signature: { key: CertifiedKey.of(privateKey, chain), reference: 'direct' },
      };
    } catch (error) {
      throw error instanceof Fault ? new Fault(error.code, { ...error.detail, certificate, key }) : error;
    }
  }

  /** @throws Fault as above */
  async trust(anchors: string, ...known: readonly string[]): Promise<Trust> {
    return new Trust(await this.trustOptions(anchors, ...known));
  }

  /** The same for threads. @throws Fault as above */
  async trustOptions(anchors: string, ...known: readonly string[]): Promise<TrustOptions> {
    requireKind(TEXT, anchors, 'anchors');
    requireKind(listOf(TEXT), known, 'known');
    const intermediates = await Promise.all(known.map((name) => this.certificates(name)));
    return {
      anchors: await this.certificates(anchors),
      intermediates: intermediates.flat(),
      revocation: 'if-listed',
    };
  }
}

function certificatesIn(pem: Uint8Array, name: string): readonly [Certificate, ...Certificate[]] {
  const [first, ...rest] = Certificate.readPem(pem, DEFAULT_LIMITS);
  if (first === undefined) throw new Fault('caller.keys-invalid', { path: name, reason: 'no certificate (PEM) in it' });
  return [first, ...rest];
}

export interface KeyPair {
  readonly own: OwnKey;
  readonly signature: CertificateSignature;
}
