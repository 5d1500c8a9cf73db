/** What can be said of two sides before they meet: each choice with its values, and the options that they make. */
import type { InitiatorOptions, ResponderOptions } from '@parley/conversation';
import { ephemeralKey, PEER_NAMES, peerProfile, signedChallenge } from '@parley/conversation';
import { SUITE_NAMES, type SuiteName } from '@parley/core';
import { ENDPOINT } from './conversation-fixture.ts';
import type { RowOf } from './covering-rows.ts';
import { PARTIES } from './parties.ts';

export const CHOICES = {
  peer: PEER_NAMES,
  version: ['200512', '200502'],
  soapVersion: ['1.1', '1.2'],
  binding: [undefined, 'symmetric', 'transport'],
  encrypt: [undefined, 'none', 'body', 'body-and-signature'],
  order: [undefined, 'sign-then-encrypt', 'encrypt-then-sign'],
  keys: [undefined, 'explicit', 'implied', 'direct'],
  token: [undefined, 'attached', 'external'],
  confirm: [undefined, true, false],
  addressing: [undefined, '1.0', '2004/08', 'none'],
  mustUnderstandAddressing: [undefined, true, false],
  layout: [undefined, 'lax'],
  handshake: [
    undefined,
    { encrypt: 'none', order: 'sign-then-encrypt' },
    { encrypt: 'body', order: 'encrypt-then-sign' },
    { encrypt: 'body-and-signature' },
    { confirm: true },
    { confirm: false },
  ],
  contribution: ['both', 'requester', 'issuer'],
  entropy: ['client', 'none'],
  initiatorsForm: ['binary-secret', 'encrypted-key'],
  respondersForm: ['binary-secret', 'encrypted-key'],
  contextAttribute: ['sent', 'omitted'],
  keySizeBits: [undefined, 128, 192, 256, 384, 512],
  contextLifetimeMs: [undefined, 60_000, 3_600_000],
  appliesTo: [undefined, ENDPOINT],
  way: ['issued', 'ephemeral key', 'signed challenge', 'propagated', 'brought'],
  renewal: ['in time', 'after its end', 'in its grace', 'none'],
  goesOn: ['the same initiator', 'another one'],
  end: ['of the initiator', 'of the responder'],
  // The longest last, so that the first rows bring many of the others together.
  suite: SUITE_NAMES,
  parties: PARTIES,
} as const;

export type Choice = RowOf<typeof CHOICES>;

/** The same, without what excludes itself: each of these is told of by a test of its own. */
export function meetable(choice: Choice): Choice {
  const { parties, suite, way, keySizeBits, initiatorsForm, respondersForm } = choice;
  const [asking, answering] = [parties.initiator(), parties.responder()];
  const isMade = way === 'propagated' || way === 'brought';
  const cannotMake =
    parties.principal === undefined ||
    (way === 'brought' && asking.encryptKey === undefined && asking.protectedBy === 'message');
  return {
    ...choice,
    // How an issuer hides a secret is its own choice: that of the tests knows no RSA 1.5.
    suite: parties.name.includes("holder's secret") ? (suite.replace('Rsa15', '') as SuiteName) : suite,
    way:
      isMade && cannotMake
        ? 'issued'
        : way === 'signed challenge' && asking.protectedBy === 'channel'
          ? 'ephemeral key'
          : way,
    initiatorsForm: asking.encryptKey === undefined ? 'binary-secret' : initiatorsForm,
    respondersForm: answering.encryptKey === undefined ? 'binary-secret' : respondersForm,
    keySizeBits: choice.keys === 'direct' ? undefined : keySizeBits,
  };
}

/** @throws Fault `caller.option-invalid` */
export function optionsOf(choice: Choice): readonly [Partial<ResponderOptions>, Partial<InitiatorOptions>] {
  const { binding, encrypt, order, keys, token, confirm, addressing, mustUnderstandAddressing, handshake } = choice;
  const { layout, contribution, way, appliesTo, renewal } = choice;
  const said = { binding, encrypt, order, keys, token, confirm, addressing, mustUnderstandAddressing, handshake };
  const profile = peerProfile(choice.peer, choice.suite, {
    ...said,
    ...(layout && { policy: { layout } }),
    ...(contribution !== 'both' && { entropy: 'any' }),
  });
  const negotiation = { 'ephemeral key': ephemeralKey, 'signed challenge': signedChallenge }[way as string];
  return [
    {
      profile,
      negotiation,
      entropy: contribution,
      keyForm: choice.respondersForm,
      contextLifetimeMs: 7_200_000,
      mayCreate: () => true,
      ...(appliesTo && { scopes: [appliesTo] }),
      ...(renewal === 'in its grace' && { renewGraceMs: 60_000 }),
    },
    {
      profile,
      negotiation,
      appliesTo,
      entropy: choice.entropy,
      keyForm: choice.initiatorsForm,
      contextAttribute: choice.contextAttribute,
      keySizeBits: choice.keySizeBits,
      contextLifetimeMs: choice.contextLifetimeMs,
      ...(renewal === 'after its end' && { renewable: 'after-expiry' }),
    },
  ];
}
