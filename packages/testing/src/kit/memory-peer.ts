import type { Channel, ConversationProfile, ResponderOptions, SoapVersion } from '@parley/conversation';
import {
  envelope,
  Initiator,
  MemoryContextStore,
  passwordMatches,
  Responder,
  usernameOverTls,
} from '@parley/conversation';
import { Fault, Secret, unwrap } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  anything,
  callback,
  called,
  either,
  instanceOf,
  OCTETS,
  oneOf,
  optional,
  readable,
  requireInput,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import type { ContextMessage } from '@parley/engine';
import { TestAmbient } from './test-ambient.ts';

interface Answer {
  readonly action: string;
  readonly body: string | Uint8Array;
}

export interface MemoryPeerOptions {
  /** Shared by both sides. Default: a new one. */
  readonly ambient?: TestAmbient | undefined;
  /** How messages are protected. Default: `peerProfile('parley')`. */
  readonly profile?: ConversationProfile | undefined;
  /** Default: 1.2. */
  readonly soapVersion?: SoapVersion | undefined;
  /** What the service answers. Default: the action with `Response` after it, and an empty element. */
  readonly answer?: ((message: ContextMessage) => Answer) | undefined;
  /** More about the service. */
  readonly responder?: Partial<ResponderOptions> | undefined;
}

const OPTIONS: Kind<MemoryPeerOptions> = shapeOf<MemoryPeerOptions>({
  ambient: optional(instanceOf<TestAmbient>(TestAmbient)),
  // The responder looks at these two.
  profile: anything(),
  responder: optional(readable()),
  soapVersion: optional(oneOf(['1.1', '1.2'])),
  answer: optional(callback()),
});
const ANSWER = shapeOf<Answer>({ action: TEXT, body: either(OCTETS, TEXT) });

const PASSWORD = new TextEncoder().encode('correct horse');
const ADDRESS = 'https://service.example/';
const CHANNEL: Channel = { secure: true };

/** A service in memory that alice may converse with, and alice: whichever side is not under test. */
export class MemoryPeer {
  readonly ambient: TestAmbient;
  readonly responder: Responder;
  readonly #options: MemoryPeerOptions;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: MemoryPeerOptions = {}) {
    requireOptions(OPTIONS, options, 'options');
    this.#options = options;
    this.ambient = options.ambient ?? new TestAmbient();
    this.responder = new Responder({
      store: new MemoryContextStore(),
      ambient: this.ambient,
      profile: options.profile,
      bootstrap: usernameOverTls.responder({
        authenticate: (attempt) => (passwordMatches(attempt, PASSWORD) ? attempt.username : undefined),
      }),
      ...options.responder,
    });
  }

  /** An initiator that has no context yet, for the side under test; to be closed. */
  initiator(): Initiator {
    const { profile, soapVersion = '1.2' } = this.#options;
    const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(PASSWORD) });
    return new Initiator({ version: '200512', soapVersion, to: ADDRESS, ambient: this.ambient, profile, bootstrap });
  }

  /** One that has. @throws Fault as the responder and the initiator refuse */
  async connected(): Promise<Initiator> {
    const initiator = this.initiator();
    const request = unwrap(initiator.requestIssue(CHANNEL));
    unwrap(await initiator.receive(await this.exchange(request.octets, request.soapAction), request, CHANNEL));
    return initiator;
  }

  /**
   * What a service over HTTP would answer to that request: a secured answer, or a SOAP fault; empty where there is nothing to say.
   * @throws Fault `internal.crypto` and others, when the answer cannot be secured
   */
  async exchange(octets: Uint8Array, soapAction?: string): Promise<Uint8Array> {
    requireInput(octets, 'octets');
    requireKind(optional(TEXT), soapAction, 'soapAction');
    const received = await this.responder.receive(octets, { ...CHANNEL, soapAction });
    if (received.kind === 'sequence') throw new Fault('caller.option-invalid', { option: 'responder.sequences' });
    if (received.kind === 'message') return await this.#answered(received.message);
    return 'reply' in received ? received.reply : new Uint8Array(0);
  }

  async #answered(message: ContextMessage): Promise<Uint8Array> {
    const { answer = echo } = this.#options;
    const said = called('answer', ANSWER, () => answer(message));
    const { soapVersion, messageId } = message;
    const plain = envelope({
      ...said,
      relatesTo: messageId,
      soapVersion,
      addressing: this.responder.addressing,
    });
    return unwrap(await this.responder.secure(plain, message));
  }
}

function echo({ action = '' }: ContextMessage): Answer {
  return { action: `${action}Response`, body: '<Answer xmlns="urn:sample"/>' };
}
