/** xml-crypto, the other XML signature library of this platform, on the recorded messages (HMAC-SHA1). */
import { contextSource } from '@parley/core';
import { open, Workspace } from '@parley/engine';
import { SignedXml } from 'xml-crypto';
import type { BenchMessage } from '../corpus.ts';
import { BENCH_POLICY, must, vectorMessages } from '../corpus.ts';
import { keyOctets } from '../crypto-floor.ts';
import type { Measurement, Rounds, SynchronousSubject } from '../measure.ts';
import { measure } from '../measure.ts';

const PEER = 'xml-crypto';

/** Each recorded message verified by both. The peer is spared finding and deriving the key, policy and freshness. */
export function measurePeers(rounds: Rounds): readonly Measurement[] {
  return vectorMessages().flatMap((message) => measure([peer(message), parley(message)], rounds));
}

function peer({ name, octets, context, atMs }: BenchMessage): SynchronousSubject {
  const text = new TextDecoder().decode(octets);
  const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(text)?.[0] ?? '';
  const opened = must(open(octets, { atMs, policy: BENCH_POLICY, contexts: contextSource([context]) }));
  const key = Buffer.from(keyOctets(context, opened.signed[0]!.key));
  const run = (): void => {
    const signed = new SignedXml({ publicCert: key, idMode: 'wssecurity' });
    signed.enableHMAC();
    signed.loadSignature(signature);
    if (!signed.checkSignature(text)) throw new Error('xml-crypto refuses the message');
  };
  return { name: PEER, message: name, bytes: octets.length, run };
}

function parley({ name, octets, context, atMs }: BenchMessage): SynchronousSubject {
  const request = { atMs, policy: BENCH_POLICY, contexts: contextSource([context]), workspace: new Workspace() };
  return {
    name: 'Parley open',
    message: name,
    bytes: octets.length,
    against: PEER,
    run: () => must(open(octets, request)),
  };
}
