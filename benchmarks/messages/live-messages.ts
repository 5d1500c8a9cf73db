/** What live peers said to one another, recorded octet for octet with the secret of their context: test/vectors/live-recordings. */
import { readFileSync } from 'node:fs';
import type { SuiteName, Version } from '@parley/core';
import { contextSource } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { must } from '../corpus.ts';
import type { Kind } from './kinds.ts';
import { contextWith } from './kinds.ts';
import type { SecuredMessages } from './secured.ts';

interface Recorded {
  readonly peer: string;
  readonly context: {
    readonly identifier: string;
    readonly version: Version;
    readonly suite: SuiteName;
    readonly secret: string;
  };
  /** When all messages are fresh. */
  readonly judgedAt: string;
  readonly messages: readonly string[];
}

const PEERS = [
  { name: 'live-cxf', file: 'cxf', profile: 'cxf' },
  { name: 'live-wcf', file: 'wcf', profile: 'wcf-message' },
] as const;

/** Calls and answers under one context of CXF and one of WCF, in turn as they were sent. */
export function liveMessages(): readonly SecuredMessages[] {
  return PEERS.map(({ name, file, profile }) => {
    const url = new URL(`../../messages/live/${file}.json`, import.meta.url);
    const { context: named, judgedAt, messages: texts } = JSON.parse(readFileSync(url, 'utf8')) as Recorded;
    const atMs = Date.parse(judgedAt);
    const context = contextWith({ ...named, secret: Buffer.from(named.secret, 'base64') }, atMs);
    const opening = { atMs, policy: policyOf(profile), contexts: contextSource([context]) };
    const kind: Kind = { name, derivesKeys: true, opening, context };
    const messages = texts.map((text) => new TextEncoder().encode(text));
    for (const message of messages) must(open(message, opening));
    const first = messages[0]!;
    return { name, kind, envelope: undefined, messages, bytes: first.length, content: contentOf(first, kind) };
  });
}

/** The first text in the Body of a good message. */
export function contentOf(message: Uint8Array, { opening }: Pick<Kind, 'opening'>): string {
  return /<m:Line>.*<\/m:Line>|(?<=>[^<]*)[a-z0-9 ]{4,}(?=[^<>]*<)/is.exec(
    new TextDecoder().decode(must(open(message, opening)).body),
  )![0];
}
