import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { connectionReason, optional, requireOptions, shapeOf, TEXT, textLike, whole } from '@parley/core/internal';
import { AwsV4Signer } from 'aws4fetch';
import type { FoundObject, ObjectRange, ObjectStore } from './object-store.ts';
import { readS3Listing } from './s3-listing.ts';

export interface S3Options {
  /** Of the service: `https://s3.eu-central-1.amazonaws.com`. The bucket is the first part of paths. */
  readonly endpoint: string;
  readonly bucket: string;
  /** All names begin with it; `results/`. Default: none. */
  readonly prefix?: string | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** For one request. Default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Times that a request is sent that has no answer, or one that asks for patience. Default 6. */
  readonly triesMax?: number | undefined;
}

const OPTIONS: Kind<S3Options> = shapeOf<S3Options>({
  endpoint: textLike(/^https?:\/\/[^/?#\s]+\/?$/, 'http(s)://host'),
  bucket: textLike(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, 3 to 63 of a-z, 0-9, . and -'),
  prefix: optional(TEXT),
  region: optional(textLike(/^[a-z0-9-]+$/, 'a region')),
  accessKeyId: TEXT,
  secretAccessKey: TEXT,
  sessionToken: optional(TEXT),
  timeoutMs: optional(whole(1)),
  triesMax: optional(whole(1)),
});

const REGION = 'us-east-1';
const TIMEOUT_MS = 60_000;
const TRIES_MAX = 6;
const FIRST_PAUSE_MS = 100;

const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
/** Another is putting the same name just now; too many requests. */
const PATIENCE: ReadonlySet<number> = new Set([409, 429]);

/**
 * Objects of a bucket that speaks S3: Amazon's, MinIO, SeaweedFS, Ceph, R2. It must know `If-None-Match: *`, by which a name is given
 * once only.
 * @throws Fault `caller.option-invalid`; its methods `caller.input-unreadable`, `caller.output-unwritable`
 */
export function s3Objects(options: S3Options): ObjectStore {
  requireOptions(OPTIONS, options, 'options');
  return new S3Objects(options);
}

interface S3Request {
  readonly method: 'GET' | 'PUT';
  /** Of an object; `''` for the bucket. */
  readonly name: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Answers that are none to be wondered at, beside those of success. */
  readonly expected: readonly number[];
}

class S3Objects implements ObjectStore {
  readonly location: string;
  readonly #options: S3Options;
  readonly #prefix: string;
  /** Keys for signing, made of the secret once a day. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();

  constructor(options: S3Options) {
    this.#options = options;
    this.#prefix = options.prefix ?? '';
    this.location = `s3://${options.bucket}/${this.#prefix}`;
  }

  async get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined> {
    if (range !== undefined && range.end === range.start) return new Uint8Array(0);
    const response = await this.#send(
      { method: 'GET', name: this.#prefix + name, headers: headersOf(range), expected: [NOT_FOUND] },
      octetsOf,
    );
    if (response.status === NOT_FOUND) return undefined;
    if (range !== undefined && response.body.length !== range.end - range.start)
      throw this.#fault('GET', name, 'it is too short');
    return response.body;
  }

  async *stream(name: string): AsyncGenerator<Uint8Array> {
    // In pieces, each of which can be asked for again: a stream of hours breaks. The next is under way while one is worked on.
    let piece = this.#piece(name, 0);
    for (let start = PIECE_BYTES; ; start += PIECE_BYTES) {
      const { status, body } = await piece;
      if (status === NOT_FOUND) throw this.#fault('GET', name, 'it is not there');
      if (status === RANGE_UNSATISFIABLE) return;
      if (body.length === PIECE_BYTES) {
        piece = this.#piece(name, start);
        piece.catch(() => undefined);
      }
      yield body;
      if (body.length < PIECE_BYTES) return;
    }
  }

  #piece(name: string, start: number): Promise<{ readonly status: number; readonly body: Uint8Array }> {
    const headers = headersOf({ start, end: start + PIECE_BYTES });
    const expected = [NOT_FOUND, RANGE_UNSATISFIABLE];
    return this.#send({ method: 'GET', name: this.#prefix + name, headers, expected }, octetsOf);
  }

  async putIfAbsent(name: string, octets: Uint8Array): Promise<boolean> {
    const headers = { 'if-none-match': '*' };
    const request = {
      method: 'PUT',
      name: this.#prefix + name,
      headers,
      body: octets,
      expected: [PRECONDITION_FAILED],
    } as const;
    const { status } = await this.#send(request, octetsOf);
    return status !== PRECONDITION_FAILED;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    await this.#send({ method: 'PUT', name: this.#prefix + name, body: octets, expected: [] }, octetsOf);
  }

  async *list(prefix: string): AsyncGenerator<FoundObject> {
    let token: string | undefined;
    do {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        prefix: this.#prefix + prefix,
        ...(token === undefined ? {} : { 'continuation-token': token }),
      };
      const { body } = await this.#send({ method: 'GET', name: '', query, expected: [] }, octetsOf);
      const page = readS3Listing(body);
      for (const { name, sizeBytes } of page.objects) yield { name: name.slice(this.#prefix.length), sizeBytes };
      token = page.next;
    } while (token !== undefined);
  }

  /** Sends until there is an answer that is none of a bad moment. */
  async #send<T>(
    request: S3Request,
    read: (response: Response) => Promise<T>,
  ): Promise<{ readonly status: number; readonly body: T }> {
    const { triesMax = TRIES_MAX } = this.#options;
    let failure: unknown;
    for (let attempt = 0; attempt < triesMax; attempt++) {
      if (attempt > 0) await delay(FIRST_PAUSE_MS * 2 ** attempt);
      try {
        const response = await this.#once(request);
        const body = await read(response);
        const { status } = response;
        if (response.ok || request.expected.includes(status)) return { status, body };
        if (status < 500 && !PATIENCE.has(status)) throw this.#fault(request.method, request.name, `status ${status}`);
        failure = `status ${status}`;
      } catch (error) {
        if (error instanceof Fault) throw error;
        failure = error;
      }
    }
    throw this.#fault(request.method, request.name, failure);
  }

  async #once({ method, name, query, headers, body }: S3Request): Promise<Response> {
    const {
      endpoint,
      bucket,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      region = REGION,
      timeoutMs = TIMEOUT_MS,
    } = this.#options;
    const url = new URL(endpoint);
    url.pathname = `/${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`;
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 's3',
      region,
      cache: this.#signingKeys,
    });
    const signed = await signer.sign();
    return await fetch(signed.url, {
      method,
      headers: signed.headers,
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  #fault(method: S3Request['method'], name: string, reason: unknown): Fault {
    const code = method === 'GET' ? 'caller.input-unreadable' : 'caller.output-unwritable';
    const file = `s3://${this.#options.bucket}/${name}`;
    const said = typeof reason === 'string' ? reason : codeOf(reason);
    return new Fault(code, { file, reason: said }, typeof reason === 'string' ? undefined : reason);
  }
}

const RANGE_UNSATISFIABLE = 416;
const PIECE_BYTES = 8 * 1024 * 1024;

function headersOf(range: ObjectRange | undefined): Readonly<Record<string, string>> {
  return range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
}

async function octetsOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** What of an error is safe and useful to say. */
function codeOf(error: unknown): string {
  const reason = connectionReason(error);
  if (reason !== undefined) return reason;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.name : 'failed';
}
