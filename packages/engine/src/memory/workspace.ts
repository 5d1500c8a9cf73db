import { Tape } from '@parley/codec';
import { OctetSink } from '@parley/codec/internal';
import type { Kind } from '@parley/core/internal';
import { optional, requireOptions, shapeOf, whole } from '@parley/core/internal';
import { CertificateCache } from './certificate-cache.ts';
import { DerivedKeyCache } from './derived-key-cache.ts';

const DERIVED_KEYS_MAX = 1024;
const CERTIFICATES_MAX = 256;
const TEMPLATES_MAX = 64;

/** What a {@link Workspace} keeps. */
export interface WorkspaceOptions {
  /**
   * Shapes of messages that are known again, of each policy: what is like one that was opened, or sealed, before is so in a fraction of
   * the time. 0 opens and seals every message in full. Default 64, at most 4096.
   */
  readonly templatesMax?: number;
}

/** How many templates may be kept, of each policy. */
export const TEMPLATES_KEPT: Kind<number> = whole(0, 4096);

const WORKSPACE_OPTIONS: Kind<WorkspaceOptions> = shapeOf<WorkspaceOptions>({ templatesMax: optional(TEMPLATES_KEPT) });

/** How messages were opened and sealed that templates know of. */
export interface TemplateCounts {
  /** Messages that a template opened. */
  opened: number;
  /** Messages that a template sealed. */
  sealed: number;
  /** Templates that were made, for either. */
  learned: number;
}

/**
 * Everything that `open` and `seal` need again and again, made once per thread: tapes, places for octets, derived
 * keys. Not shared between threads, and not used by two calls at once; both functions are synchronous.
 */
export class Workspace {
  /** The message as it came. */
  readonly tape: Tape = new Tape();
  /** The message with its encrypted parts replaced by plaintext. */
  readonly plainTape: Tape = new Tape();
  /** The octets of {@link plainTape}. */
  readonly plain: OctetSink = new OctetSink();
  /** One cipher value. */
  readonly ciphertext: OctetSink = new OctetSink();
  /** Canonical octets. */
  readonly sink: OctetSink = new OctetSink();
  /** What is written into a message. */
  readonly written: OctetSink = new OctetSink();
  readonly keys: DerivedKeyCache = new DerivedKeyCache(DERIVED_KEYS_MAX);
  readonly certificates: CertificateCache = new CertificateCache(CERTIFICATES_MAX);
  /** As in {@link WorkspaceOptions}. */
  readonly templatesMax: number;
  readonly templates: TemplateCounts = { opened: 0, learned: 0, sealed: 0 };

  /** @throws Fault `caller.option-invalid` */
  constructor(options: WorkspaceOptions = {}) {
    requireOptions(WORKSPACE_OPTIONS, options, 'options');
    this.templatesMax = options.templatesMax ?? TEMPLATES_MAX;
  }

  /** Wipes derived keys, plaintext, canonical and written octets. */
  wipe(): void {
    this.keys.clear();
    this.certificates.clear();
    this.plain.wipe();
    this.sink.wipe();
    this.written.wipe();
  }
}
