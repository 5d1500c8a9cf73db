/** `open` on damaged messages whose keys are known: refused with a code of the peer, or nothing in it is forged. */
import { readFileSync } from 'node:fs';
import { contextSource } from '@parley/core';
import { open, policyOf, Workspace } from '@parley/engine';
import { parseKeys } from '@parley/log';
import type { Target } from '../target.ts';
import { demand, Violation } from '../target.ts';
import { XML_DICTIONARY } from '../xml-seeds.ts';

const SUITE = new URL('../../../../vectors/wssc-valid/', import.meta.url);
const MESSAGE_BYTES_MAX = 8192;

const contexts = contextSource(parseKeys(readFileSync(new URL('contexts.json', SUITE))));
const policy = policyOf('strict', { requiredHeaders: ['Action', 'MessageID', 'To'] });
const workspace = new Workspace();
/** Signed parts and bodies of the valid messages: whatever opens holds nothing else, for nobody else has the keys. */
const genuine = new Set<string>();

const seeds = readSeeds();

export const MESSAGES: Target = {
  name: 'messages',
  share: 20,
  inputBytesMax: MESSAGE_BYTES_MAX,
  seeds,
  dictionary: XML_DICTIONARY,
  answers: 'peer.',
  run,
};

function run(input: Uint8Array): void {
  const reply = open(input, { atMs: 'message', policy, contexts, workspace, borrow: true });
  if (!reply.ok) {
    // A refusal is not thrown: an answer of ours or the caller's is not one of the peer's.
    if (!reply.code.startsWith('peer.')) throw new Violation(`reply ${reply.code}`, JSON.stringify(reply.detail));
    return;
  }
  demand(genuine.has(keyOf(reply.value.body)), 'forged-body', () => keyOf(reply.value.body));
  for (const part of reply.value.signed) demand(genuine.has(keyOf(part.bytes)), 'forged-part', () => keyOf(part.bytes));
}

function readSeeds(): Uint8Array[] {
  const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', SUITE), 'utf8')) as {
    vectors: readonly { readonly file: string }[];
  };
  const opened: Uint8Array[] = [];
  for (const { file } of vectors) {
    const message = new Uint8Array(readFileSync(new URL(file, SUITE)));
    const reply = open(message, { atMs: 'message', policy, contexts });
    if (!reply.ok || message.length > MESSAGE_BYTES_MAX) continue;
    opened.push(message);
    genuine.add(keyOf(reply.value.body));
    for (const part of reply.value.signed) genuine.add(keyOf(part.bytes));
  }
  return opened;
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
