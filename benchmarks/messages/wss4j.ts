/**
 * WSS4J beside us, in a Java process that times itself: the DOM engine from octets to a document and back, the streaming
 * engine from octets to events that are read to the end and back. It is spared what it can be: factories, keys and
 * settings are kept, there are no replay caches and no rules of the Basic Security Profile, and nobody checks what the
 * streaming engine reports as signed.
 */
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { algorithmSuite } from '@parley/core';
import { macAlgorithm } from '@parley/core/internal';
import type { CertificateSealRequest, SealRequest } from '@parley/engine';
import { open } from '@parley/engine';
import { must } from '../corpus.ts';
import type { RemoteSubject } from '../measure.ts';
import { ALICE, BOB, CONTEXT_IDENTIFIER, CONTEXT_SECRET, LIFETIME_MS, ROOT } from './kinds.ts';
import { LineProcess } from './line-process.ts';
import { OPEN, SEAL } from './ours.ts';
import type { SecuredMessages } from './secured.ts';
import type { Timed } from './timed.ts';
import { timesOf } from './timed.ts';

export const WSS4J_OPENERS = ['WSS4J DOM open', 'WSS4J StAX open'] as const;

const BUILD = fileURLToPath(new URL('../../../test/interop/build-peer.mjs', import.meta.url));
/** What the script ends with when this machine lacks something. */
const NO_PEER = 2;
// The collector runs every 64 MiB, so that some of it is in every round.
const JAVA_OPTIONS = ['-XX:+UseSerialGC', '-Xms256m', '-Xmn64m'];
const ROUND_FACTOR = 3;

const ENGINES = [
  { operations: 'dom', name: 'WSS4J DOM' },
  { operations: 'stax', name: 'WSS4J StAX' },
] as const;

interface Prepared {
  readonly subject: number;
  readonly opened?: { readonly payload: string; readonly signed: readonly { readonly name: string }[] };
  readonly sealed?: string;
}

export class Wss4j {
  readonly #process: LineProcess;

  private constructor(classPath: string) {
    this.#process = new LineProcess('java', [...JAVA_OPTIONS, '-cp', classPath, 'parley.interop.Benchmark']);
  }

  /** The peer, or why there is none on this machine. */
  static start(): Wss4j | string {
    const built = spawnSync(process.execPath, [BUILD, 'wss4j'], { encoding: 'utf8' });
    if (built.status === NO_PEER) return built.stderr;
    if (built.status !== 0) throw new Error(built.stderr);
    return new Wss4j(built.stdout);
  }

  end(): void {
    this.#process.end();
  }

  /** Both engines, opening and sealing. Each was asked once, and gave the right answer. */
  async subjects(secured: SecuredMessages): Promise<readonly RemoteSubject[]> {
    const subjects: RemoteSubject[] = [];
    const { kind, envelope } = secured;
    // It judges Timestamps by its own clock, and those of recorded messages are over.
    if (kind.sealing === undefined || envelope === undefined) return subjects;
    for (const { operations, name } of ENGINES) {
      const opened = await this.#prepare(`${operations}.open`, openArguments(secured), secured.messages);
      requireRightOpening(`${name} open`, secured, opened);
      subjects.push(this.#subject(`${name} open`, OPEN, secured, opened));
      const sealed = await this.#prepare(`${operations}.seal`, sealArguments(kind.sealing), [envelope]);
      must(open(Buffer.from(sealed.sealed!, 'base64'), { ...kind.opening, atMs: Date.now() }));
      subjects.push(this.#subject(`${name} seal`, SEAL, secured, sealed));
    }
    return subjects;
  }

  #prepare(operation: string, request: object, messages: readonly Uint8Array[]): Promise<Prepared> {
    return this.#process.ask({ prepare: operation, request, messages: messages.map(base64) });
  }

  #subject(
    name: string,
    against: string,
    { name: message, bytes }: SecuredMessages,
    { subject }: Prepared,
  ): RemoteSubject {
    const runFor = async (ms: number): Promise<{ wallUs: number; cpuUs: number }> =>
      timesOf(await this.#process.ask<Timed>({ subject, ms }));
    return { name, message, bytes, against, roundFactor: ROUND_FACTOR, runFor };
  }
}

/** The content of Body is the one we have, and every part that we know to be signed was found signed. */
function requireRightOpening(name: string, { kind, messages }: SecuredMessages, { opened }: Prepared): void {
  const ours = must(open(messages[0]!, kind.opening));
  const body = Buffer.from(ours.body);
  const signed = new Set(opened!.signed.map((part) => part.name));
  const isRight =
    body.includes(Buffer.from(opened!.payload, 'base64')) &&
    ours.signed.every(({ namespace, localName }) => signed.has(`{${namespace}}${localName}`));
  if (!isRight) throw new Error(`${name} gives another answer than we do`);
}

function openArguments({ kind, messages }: SecuredMessages): object {
  const knowing =
    kind.name === 'x509'
      ? { own: credentials(BOB), trusted: [base64(ROOT.der)] }
      : { identifier: CONTEXT_IDENTIFIER, secret: base64(CONTEXT_SECRET) };
  return { message: base64(messages[0]!), soap12: true, bsp: false, ageSecondsMax: LIFETIME_MS / 1000, ...knowing };
}

function sealArguments(sealing: SealRequest | CertificateSealRequest): object {
  return 'context' in sealing ? contextSealArguments(sealing) : certificateSealArguments(sealing);
}

function contextSealArguments(sealing: SealRequest): object {
  const { keys, token, sign, encrypt, order, context } = sealing;
  const suite = algorithmSuite(context.suite);
  return {
    soap12: true,
    identifier: context.identifier,
    secret: base64(CONTEXT_SECRET),
    version: context.version,
    keys,
    token,
    sign: signedParts(sign),
    timestamp: true,
    mac: (sealing.mac === undefined ? suite.mac : macAlgorithm(sealing.mac)).uri,
    digest: suite.digest.uri,
    signatureKeyBytes: suite.signatureKeyBytes,
    encrypt,
    cipher: suite.cipher.uri,
    encryptionKeyBytes: suite.encryptionKeyBytes,
    order,
  };
}

function certificateSealArguments({ suite: name, sign }: CertificateSealRequest): object {
  const suite = algorithmSuite(name);
  const parts = signedParts(sign).map((part) => ({ ...part, modifier: 'Element' }));
  return {
    own: credentials(ALICE),
    peerCertificate: base64(BOB.certificate.der),
    steps: [
      { make: 'timestamp' },
      { make: 'sign', reference: 'direct', algorithm: suite.signature.uri, digest: suite.digest.uri, parts },
      {
        make: 'encrypt',
        reference: 'thumbprint',
        transport: suite.keyTransport.uri,
        algorithm: suite.cipher.uri,
        parts: [{ namespace: SOAP12, name: 'Body', modifier: 'Content' }],
      },
    ],
  };
}

function signedParts({ body, addressing }: SealRequest['sign']): readonly { namespace: string; name: string }[] {
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => ({ namespace: WSA, name }));
  return [
    ...(addressing ? headers : []),
    { namespace: WSU, name: 'Timestamp' },
    ...(body ? [{ namespace: SOAP12, name: 'Body' }] : []),
  ];
}

const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
const WSA = 'http://www.w3.org/2005/08/addressing';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

function credentials({ privateKeyPem, certificate }: typeof BOB): object {
  const privateKey = createPrivateKey(privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  return { privateKey: base64(privateKey), certificate: base64(certificate.der) };
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
