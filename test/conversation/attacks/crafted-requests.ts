/** Requests that a well-behaved initiator would not send. */

import type { ContextStore, Initiator } from '@parley/conversation';
import { expect } from 'vitest';
import { applicationEnvelope, octets, sent, TLS, text } from '../conversation-fixture.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** A handshake with something changed: what the channel protects, a malicious client may write as it likes. */
export function edited(initiator: Initiator, from: string | RegExp, to: string): Uint8Array {
  const before = text(sent(initiator.requestIssue(TLS)));
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return octets(after);
}

export async function isEmpty(store: ContextStore): Promise<boolean> {
  for await (const _ of store.list()) return false;
  return true;
}

export function base64(lengthBytes: number): string {
  return Buffer.alloc(lengthBytes, 5).toString('base64');
}

/** For children of the trust elements, which do not declare it. */
export const WSU_DECLARED =
  'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"';
export const ENTROPY = /(<t:BinarySecret[^>]*>)[^<]*/;

export function reference(identifier: string, instance?: string): string {
  const attribute =
    instance === undefined
      ? ''
      : ` xmlns:c="http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512" c:Instance="${instance}"`;
  return `<o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:Reference URI="${identifier}"${attribute}/></o:SecurityTokenReference>`;
}

/** A request of trust under the initiator's context, with a Body of the test's own. */
export function signedRequest(initiator: Initiator, type: 'Cancel', children: string): Uint8Array {
  const trust = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
  const body = `<t:RequestSecurityToken xmlns:t="${trust}"><t:RequestType>${trust}/${type}</t:RequestType>${children}</t:RequestSecurityToken>`;
  const envelope = text(applicationEnvelope('1.2', '')).replace('urn:app:Echo', `${trust}/RST/SCT/${type}`);
  return sent(initiator.requestCall(octets(envelope.replace(/<e:Echo[^>]*><\/e:Echo>/, () => body))));
}
