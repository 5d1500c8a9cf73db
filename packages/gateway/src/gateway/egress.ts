/** Before a secured service: plain requests go to it in a conversation, which begins with the first of them. */
import { bodyPayload, envelope } from '@parley/conversation';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { failedReply, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import type { ConnectOptions, Conversation, PlainAnswer, PlainEndpoint, PlainRequest } from '@parley/http';
import { connect } from '@parley/http';
import { CONNECT_MEMBERS } from '@parley/http/internal';
import { plainFault, readPlain } from '../soap/plain-message.ts';

const OPTIONS: Kind<ConnectOptions> = shapeOf<ConnectOptions>(CONNECT_MEMBERS);

/** One secured service, and the conversation with it. */
export class Egress implements PlainEndpoint {
  readonly #url: string;
  readonly #options: ConnectOptions;
  #conversation: Promise<Conversation> | undefined;
  readonly #inWork = new Set<Promise<PlainAnswer>>();

  /** @throws Fault `caller.option-invalid` */
  constructor(url: string, options: ConnectOptions) {
    requireKind(TEXT, url, 'url');
    requireOptions(OPTIONS, options, 'options');
    this.#url = url;
    this.#options = options;
  }

  readonly plain = async (request: PlainRequest): Promise<PlainAnswer> => {
    const answer = this.#forward(request);
    this.#inWork.add(answer);
    try {
      return await answer;
    } catch (error) {
      const failure = failedReply(error);
      return { ...fault(request.soapVersion, failure.code), failure };
    } finally {
      this.#inWork.delete(answer);
    }
  };

  /** Ends the conversation, if there is one, once it has answered what it was asked. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#inWork);
    const conversation = await this.#conversation?.catch(() => undefined);
    this.#conversation = undefined;
    await conversation?.close();
  }

  async #forward({ octets, soapVersion, soapAction }: PlainRequest): Promise<PlainAnswer> {
    const plain = readPlain(octets, DEFAULT_LIMITS);
    if (plain.soapVersion !== soapVersion) throw new Fault('peer.soap-version-mismatch', { transport: soapVersion });
    const action = plain.action ?? soapAction;
    if (action === undefined) throw new Fault('peer.structure-invalid', { reason: 'no action' });
    const conversation = await this.#connected();
    const answer = await conversation.call(action, plain.payload);
    if (answer === undefined) return { status: 202, octets: new Uint8Array(0) };
    const { payload, isFault } = bodyPayload(answer.message.body);
    const { soapVersion: answered } = answer.message;
    // A fault's names are of the version of SOAP that it was written in.
    if (isFault && answered !== soapVersion) return fault(soapVersion, String(answer.fault?.faultCode ?? 'fault'));
    return {
      status: isFault ? 500 : 200,
      octets: envelope({ action: '', body: payload, soapVersion, addressing: 'none' }),
    };
  }

  #connected(): Promise<Conversation> {
    this.#conversation ??= connect(this.#url, this.#options).catch((error: unknown) => {
      // The next request tries again.
      this.#conversation = undefined;
      throw error;
    });
    return this.#conversation;
  }
}

function fault(soapVersion: SoapVersion, text: string): PlainAnswer {
  const body = plainFault(soapVersion, text.replace(/[^\w.: -]/g, ' '));
  return { status: 500, octets: envelope({ action: '', body, soapVersion, addressing: 'none' }) };
}
