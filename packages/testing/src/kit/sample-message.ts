import type { Ambient } from '@parley/conversation';
import { envelope } from '@parley/conversation';
import { AMBIENT, currentMs } from '@parley/conversation/internal';
import type { SecurityContext } from '@parley/core';
import { Fault, unwrap } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, CONTEXT, optional, requireInput, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { SealProfileName } from '@parley/engine';
import { seal, sealProfile } from '@parley/engine';
import { sampleContext } from './sample-context.ts';
import { TestAmbient } from './test-ambient.ts';

export interface SampleMessageOptions {
  /** Default: `sampleContext()`. */
  readonly context?: SecurityContext | undefined;
  /** As what peer sends it, and so by which policy it opens. Default: `cxf`. */
  readonly profile?: SealProfileName | undefined;
  /** When, and with what chance. Default: `new TestAmbient()`. */
  readonly ambient?: Ambient | undefined;
  /** wsa:Action. Default: `urn:sample:Ping`. */
  readonly action?: string | undefined;
  /** wsa:MessageID, which makes it a message of its own. */
  readonly messageId?: string | undefined;
  /** The element in the Body. */
  readonly body?: string | undefined;
}

const OPTIONS: Kind<SampleMessageOptions> = shapeOf<SampleMessageOptions>({
  context: optional(CONTEXT),
  // `sealProfile` knows their names.
  profile: anything(),
  ambient: optional(AMBIENT),
  action: optional(TEXT),
  messageId: optional(TEXT),
  body: optional(TEXT),
});

/**
 * A request as it would come in: `open(octets, { atMs, policy: policyOf('cxf'), contexts: contextSource([context]) })` takes it. Always the
 * same octets for the same options.
 */
export function sampleMessage(options: SampleMessageOptions = {}): {
  readonly octets: Uint8Array;
  readonly context: SecurityContext;
  readonly atMs: number;
} {
  requireOptions(OPTIONS, options, 'options');
  const { context = sampleContext(), profile = 'cxf', ambient = new TestAmbient() } = options;
  const { action = 'urn:sample:Ping', body = '<Ping xmlns="urn:sample"/>' } = options;
  const { messageId = 'urn:uuid:5a3c0000-0000-4000-8000-000000000002' } = options;
  const atMs = currentMs(ambient);
  const plain = envelope({ action, messageId, to: 'https://service.example/', body });
  const fillRandom = (out: Uint8Array): void => ambient.fillRandom(out);
  const request = { ...sealProfile(profile, 'request'), context, atMs, timestampLifetimeMs: 300_000, fillRandom };
  return { octets: unwrap(seal(plain, request)).octets, context, atMs };
}

// The end of a SignatureValue or CipherValue, with some of what stands before it.
const VALUE = /([A-Za-z0-9+/])([A-Za-z0-9+/=]{11}<\/(?:[\w-]+:)?(?:Signature|Cipher)Value>)/g;

/** A copy of a secured message that somebody changed on its way: no key opens it any more. @throws Fault `caller.input-invalid` */
export function tampered(octets: Uint8Array): Uint8Array {
  requireInput(octets, 'octets');
  const text = new TextDecoder().decode(octets);
  const changed = text.replace(VALUE, (_, letter: string, rest: string) => (letter === 'A' ? 'B' : 'A') + rest);
  if (changed === text) throw new Fault('caller.input-invalid', { reason: 'nothing in it is signed or encrypted' });
  return new TextEncoder().encode(changed);
}
