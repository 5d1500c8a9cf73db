/** Whole conversations at endpoints that nobody has written down: every two things that can be said of them meet in one. */
import { loadLibxml, NamespaceBinding, validate, wsSchemas } from '@parley/codec';
import type { OutgoingRequest, Received } from '@parley/conversation';
import { saysContextIsLost, writeEnvelope, writeFaultReply } from '@parley/conversation';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, granted, must, text } from './conversation-fixture.ts';
import { coveringRows } from './covering-rows.ts';
import { CHOICES, type Choice, meetable, optionsOf } from './endpoint-choices.ts';
import { type Pair, pair } from './establish/ways.ts';

const ECHO = new NamespaceBinding('e', 'urn:app').name('Echo');
/** What cannot be written is said before anything is. */
const TOLD_AT_ONCE = /^caller\.option-invalid /;
const ROWS = process.env['PARLEY_ATTACKS'] === 'all' ? Number.POSITIVE_INFINITY : 32;
const HAS_SCHEMAS = loadLibxml().available;
/** spec: WSS 1.1 §8.5.1 wants none where there is no signature; its schema always wants one. */
const NO_VALUE = /SignatureConfirmation': The attribute 'Value' is required but missing/;

function valid(message: Uint8Array): Uint8Array {
  if (!HAS_SCHEMAS) return message;
  const complaints = validate(message, wsSchemas('messages')).filter(({ message: said }) => !NO_VALUE.test(said));
  expect(complaints, text(message)).toEqual([]);
  return message;
}

/** Two sides and what goes to and fro between them. */
class Life {
  readonly #choice: Choice;
  readonly #both: Pair;
  readonly #channel: Choice['parties']['channel'];
  #messages = 0;

  /** @throws Fault `caller.option-invalid` */
  constructor(choice: Choice) {
    this.#choice = choice;
    this.#both = pair(choice.parties, [choice.version, choice.soapVersion], ...optionsOf(choice));
    this.#channel = { ...choice.parties.channel, secure: true };
  }

  async live(): Promise<void> {
    const { place, initiator } = this.#both;
    const { way, goesOn, parties } = this.#choice;
    const channel = this.#channel;
    if (way === 'propagated') await this.#exchanged(granted(initiator.requestPropagate(channel)), 'propagated');
    else if (way === 'brought')
      await this.#answered(granted(initiator.requestPropagate(channel, this.#envelope('first'))));
    else await this.#agreed(granted(initiator.requestIssue(channel)), 'issued');
    await this.#call();
    await this.#renewed();
    await this.#call();
    await this.#call('fault');
    const { context, tokenId, tokenElement, tokenReferences } = initiator;
    const [, options] = optionsOf(this.#choice);
    const kept = { context, tokenId, tokenElement, tokenReferences };
    const last =
      goesOn === 'the same initiator'
        ? initiator
        : place.initiator({ bootstrap: parties.initiator(), ...options, ...kept });
    await this.#call('answer', last);
    await this.#end(last);
  }

  #envelope(body: string, relatesTo?: string): Uint8Array {
    return writeEnvelope({
      soapVersion: this.#choice.soapVersion,
      addressing: this.#both.place.responder.addressing,
      action: 'urn:app:Echo',
      messageId: `urn:uuid:message-${this.#messages++}`,
      ...(relatesTo === undefined ? { to: ENDPOINT } : { relatesTo }),
      body: (writer) => writer.element(ECHO, body),
    });
  }

  #fault(relatesTo: string | undefined): Uint8Array {
    const { soapVersion, version } = this.#choice;
    const { addressing } = this.#both.place.responder;
    const messageId = `urn:uuid:message-${this.#messages++}`;
    return writeFaultReply({
      code: 'peer.trust-request-failed',
      soapVersion,
      version,
      addressing,
      messageId,
      relatesTo,
    });
  }

  async #exchanged<K extends Received['kind']>(
    request: OutgoingRequest,
    kind: K,
  ): Promise<Extract<Received, { kind: K }>> {
    const received = must(await this.#both.place.responder.receive(valid(request.octets), this.#channel), kind);
    if ('reply' in received) valid(received.reply);
    return received;
  }

  /** All legs, until a key is there. */
  async #agreed(request: OutgoingRequest, kind: 'issued' | 'renewed'): Promise<void> {
    const { place, initiator } = this.#both;
    const received = await place.responder.receive(valid(request.octets), this.#channel);
    const { reply } = received.kind === 'negotiating' ? received : must(received, kind);
    const outcome = granted(initiator.receive(valid(reply), request, this.#channel));
    if (outcome.kind === 'negotiating') await this.#agreed(outcome.next, kind);
    else expect(outcome.kind).toBe(kind);
  }

  async #renewed(): Promise<void> {
    const { place, initiator } = this.#both;
    const { renewal, way } = this.#choice;
    // What was not asked for was not agreed to be renewed late.
    const isMade = way === 'propagated' || way === 'brought';
    if (renewal === 'none' || (renewal === 'after its end' && isMade)) return;
    // The responder's word counts: of a context that it did not issue, the initiator does not hear how long it lives.
    const stored = await place.store.get(initiator.context!.identifier);
    if (renewal !== 'in time') place.ambient.now = stored!.expiresAtMs + 30_000;
    await this.#agreed(granted(initiator.requestRenew(this.#channel)), 'renewed');
  }

  async #call(kind: 'answer' | 'fault' = 'answer', initiator = this.#both.initiator): Promise<void> {
    await this.#answered(granted(initiator.requestCall(this.#envelope('one'))), kind, initiator);
  }

  async #answered(
    request: OutgoingRequest,
    kind: 'answer' | 'fault' = 'answer',
    initiator = this.#both.initiator,
  ): Promise<void> {
    const { message } = await this.#exchanged(request, 'message');
    const related = (message.claimedAddressing ?? message).messageId;
    const envelope = kind === 'fault' ? this.#fault(related) : this.#envelope('back', related);
    const answer = granted(await this.#both.place.responder.secure(envelope, message));
    const outcome = granted(initiator.receive(valid(answer), request, this.#channel));
    expect(outcome).toMatchObject(kind === 'fault' ? { kind, fault: { faultCode: 'RequestFailed' } } : { kind });
  }

  /** And what comes later is refused, in words that the initiator understands. */
  async #end(initiator: Pair['initiator']): Promise<void> {
    const { responder } = this.#both.place;
    const late = granted(initiator.requestCall(this.#envelope('late')));
    if (this.#choice.end === 'of the initiator') {
      const cancel = granted(initiator.requestCancel(this.#channel));
      const { reply } = await this.#exchanged(cancel, 'cancelled');
      granted(initiator.receive(reply, cancel, this.#channel));
    } else {
      const { soapVersion } = this.#choice;
      const { identifier } = initiator.context!;
      const to = 'https://client.example/inbox';
      const request = granted(await responder.requestCancel(identifier, { to, soapVersion }));
      const { reply } = granted(initiator.receiveRequest(valid(request.octets), this.#channel));
      granted(responder.receiveAnswer(valid(reply), request, this.#channel));
    }
    const { failure, reply } = must(await responder.receive(late.octets, this.#channel), 'refused');
    expect(failure.code).toBe('peer.bad-context');
    const understood = initiator.receive(valid(reply), late, this.#channel);
    // Where nothing is awaited any more, nothing is understood.
    if (!understood.ok && understood.code === 'peer.soap-fault') expect(saysContextIsLost(understood)).toBe(true);
  }
}

describe('whatever is said of an endpoint, both sides mean the same, and write what the schemas describe', () => {
  const rows = coveringRows(CHOICES, ROWS).map(meetable);
  test.each(rows.map((choice, at) => [at, choice] as const))('row %i', async (_at, choice) => {
    const { parties, ...said } = choice;
    const named = JSON.stringify({ parties: parties.name, ...said });
    let life: Life;
    try {
      life = new Life(choice);
    } catch (error) {
      expect(String(error), named).toMatch(TOLD_AT_ONCE);
      return;
    }
    await life.live().catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message.slice(0, 500) : error} ${named}`, { cause: error });
    });
  });
});
