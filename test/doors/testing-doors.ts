import { usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { SecureConversation } from '@parley/node-soap';
import { MemoryPeer, sampleContext, sampleKey, sampleMessage, TestAmbient, tampered } from '@parley/testing';
import { sampleEnvelope, sampleRequest, sealed } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

const bootstrap = usernameOverTls.initiator({
  username: 'alice',
  password: Secret.copyOf(new TextEncoder().encode('correct horse')),
});
const soap = (): SecureConversation => new SecureConversation({ bootstrap });

export const TESTING_DOORS: Readonly<Record<string, Door>> = {
  'testing.MemoryPeer': door(
    (options: object) => new MemoryPeer(options),
    [
      {
        ambient: new TestAmbient(),
        soapVersion: '1.2',
        answer: () => ({ action: 'urn:a', body: '<a/>' }),
        responder: { rolloverMs: 1 },
      },
    ],
  ),
  'testing.MemoryPeer#exchange': door(
    (...given: Given<MemoryPeer['exchange']>) => new MemoryPeer().exchange(...given),
    [sampleEnvelope(), 'urn:app:Echo'],
  ),
  'testing.sampleContext': door(
    (changes: object) => sampleContext(changes),
    [{ principal: 'bob', identifier: 'urn:uuid:2', expiresAtMs: 2_000_000_000_000 }],
  ),
  'testing.sampleKey': door((...given: Given<typeof sampleKey>) => sampleKey(...given), [7, 'urn:i']),
  'testing.sampleMessage': door(
    (options: Given<typeof sampleMessage>[0]) => sampleMessage(options),
    [
      {
        context: sampleContext(),
        profile: 'cxf',
        ambient: new TestAmbient(),
        action: 'urn:a',
        messageId: 'urn:uuid:3',
        body: '<a/>',
      },
    ],
    { open: ['0.ambient'], whole: ['0.context'] },
  ),
  'testing.tampered': door((octets: Uint8Array) => tampered(octets), [sealed(sampleEnvelope(), sampleRequest())]),
  'testing.TestAmbient': door((options: object) => new TestAmbient(options), [{ atMs: 1, seed: 's' }]),
  'testing.TestAmbient#advance': door((byMs: number) => new TestAmbient().advance(byMs), [1]),
  'testing.TestAmbient#fillRandom': door((out: Uint8Array) => new TestAmbient().fillRandom(out), [new Uint8Array(40)]),
  'node-soap.SecureConversation': door(
    (options: Given<typeof soapOf>[0]) => soapOf(options),
    [{ bootstrap, version: '200512', renew: true, answerTimeoutMs: 1000, actionOf: (action: string) => action }],
    { whole: ['0.bootstrap'], open: ['0.bootstrap'] },
  ),
  'node-soap.SecureConversation#addOptions': door(
    (options: Given<SecureConversation['addOptions']>[0]) => soap().addOptions(options),
    [{ timeout: 1 }],
    { open: ['0'], whole: ['0'] },
  ),
  'node-soap.SecureConversation#postProcess': door((xml: string) => soap().postProcess(xml, 'soap'), ['<a/>']),
};

export const TESTING_REASONS: Readonly<Record<string, string>> = {};

function soapOf(options: ConstructorParameters<typeof SecureConversation>[0]): SecureConversation {
  return new SecureConversation(options);
}
