/** References to a token as its issuer wrote them (WS-Trust §4.4): repeated where they say something else than ours. */
import type { EndpointPolicy, PoolMaker } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { Version } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { Pool } from '@parley/engine';
import { createPool } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestInitiator, World } from '../conversation-fixture.ts';
import { applicationEnvelope, granted, must, octets, TLS, text, world } from '../conversation-fixture.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

interface Spelling {
  readonly prefix: string;
  readonly isTyped: boolean;
  readonly tokenType: boolean;
  readonly own: boolean;
  /** What would make it one that cannot be repeated. */
  readonly flaw: 'none' | 'id' | 'another' | 'nonce' | 'two' | 'key-identifier';
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  prefix: fc.constantFrom('o', 'wsse', 'a'),
  isTyped: fc.boolean(),
  tokenType: fc.boolean(),
  own: fc.boolean(),
  flaw: fc.constantFrom('none', 'none', 'none', 'id', 'another', 'nonce', 'two', 'key-identifier'),
});

/** An STR in its own canonical form, so that it can be found again. */
function written(uri: string, version: Version, { prefix: p, isTyped, tokenType, own, flaw }: Spelling): string {
  const { sct, conversation } = VERSION_URIS[version];
  const id = flaw === 'id' ? ` xmlns:wsu="${WSU}" wsu:Id="str-${uri.length}"` : '';
  const nonce = flaw === 'nonce' ? ` xmlns:c="${conversation}" c:Nonce="AAECAwQFBgcICQoLDA0ODw=="` : '';
  const type = tokenType ? ` xmlns:wsse11="${WSSE11}"` : '';
  const typed = tokenType ? ` wsse11:TokenType="${sct}"` : '';
  const target = flaw === 'another' ? 'urn:uuid:another' : uri;
  const attributes = `${own ? ' xmlns:own="urn:peer:own"' : ''} URI="${target}"${isTyped ? ` ValueType="${sct}"` : ''}`;
  const reference = `<${p}:Reference${attributes}${own ? ' own:hint="a&amp;b"' : ''}></${p}:Reference>`;
  const inner = flaw === 'key-identifier' ? `<${p}:KeyIdentifier>AAEC</${p}:KeyIdentifier>` : reference;
  const content = flaw === 'two' ? `${inner}${inner}` : inner;
  return `<${p}:SecurityTokenReference xmlns:${p}="${WSSE}"${id}${nonce}${type}${typed}>${content}</${p}:SecurityTokenReference>`;
}

function withReferences(reply: Uint8Array, attached: string, unattached: string): Uint8Array {
  const put = (message: string, name: string, reference: string): string =>
    message.replace(
      new RegExp(`(<\\w+:Requested${name}Reference>).*?(</\\w+:Requested${name}Reference>)`, 's'),
      (_, open: string, close: string) => `${open}${reference}${close}`,
    );
  return octets(put(put(text(reply), 'Attached', attached), 'Unattached', unattached));
}

/** Of the context that `initiator` is given. */
async function issueWith(
  place: World,
  initiator: TestInitiator,
  version: Version,
  said: Spelling,
): Promise<{ readonly attached: string; readonly unattached: string; readonly reply: Uint8Array }> {
  const request = granted(initiator.requestIssue(TLS));
  const { reply, identifier } = must(await place.responder.receive(request.octets, TLS), 'issued');
  const id = /SecurityContextToken [^>]*u:Id="([^"]*)"/.exec(text(reply))?.[1] ?? '';
  const attached = written(`#${id}`, version, said);
  const unattached = written(identifier, version, said);
  const told = withReferences(reply, attached, unattached);
  expect(granted(initiator.receive(told, request, TLS))).toEqual({ kind: 'issued' });
  return { attached, unattached, reply: told };
}

const TOKENS = ['attached', 'external'] as const;
const BINDINGS: readonly EndpointPolicy[] = [{}, { keys: 'direct', encrypt: 'none' }, { binding: 'transport' }];

describe.each<Version>(['200512', '200502'])('%s', (version) => {
  test('every message names its context as the issuer does, unless that could not be', async () => {
    const property = fc.asyncProperty(
      spelling,
      fc.constantFrom(...TOKENS),
      fc.constantFrom(...BINDINGS),
      async (said, token, endpoint) => {
        const profile = peerProfile(
          'parley',
          'Basic256',
          endpoint.binding === undefined ? { ...endpoint, token } : endpoint,
        );
        const place = world(version, '1.2', { profile });
        const initiator = place.initiator({ profile });
        const references = await issueWith(place, initiator, version, said);
        const isPlain = said.isTyped && !said.tokenType && !said.own;
        const isKept = said.flaw === 'none' && !isPlain;
        // What is like ours is ours, with the same prefix or another.
        const holds = (message: Uint8Array, reference: string): boolean =>
          (isKept || !isPlain || said.flaw !== 'none') && text(message).includes(reference);
        const here =
          endpoint.binding !== undefined || token === 'attached' ? references.attached : references.unattached;
        const call = granted(initiator.requestCall(applicationEnvelope('1.2', 'one')));
        expect(holds(call.octets, here)).toBe(isKept);
        must(await place.responder.receive(call.octets, TLS), 'message');
        const renewal = granted(initiator.requestRenew(TLS));
        expect(holds(renewal.octets, references.unattached)).toBe(isKept); // RenewTarget
        expect(initiator.tokenReferences === undefined).toBe(!isKept);
        const later = place.initiator({
          profile,
          context: initiator.context!,
          tokenId: initiator.tokenId,
          tokenReferences: initiator.tokenReferences,
        });
        const resumed = granted(later.requestCall(applicationEnvelope('1.2', 'two')));
        expect(holds(resumed.octets, here)).toBe(isKept);
        must(await place.responder.receive(resumed.octets, TLS), 'message');
        const renewed = must(await place.responder.receive(renewal.octets, TLS), 'renewed');
        expect(granted(initiator.receive(renewed.reply, renewal, TLS))).toEqual({ kind: 'renewed' });
        // Those of the renewed token count from here on: of its new Instance.
        const after = granted(initiator.requestCall(applicationEnvelope('1.2', 'three')));
        expect(text(after.octets)).not.toContain(here);
        expect(text(after.octets)).toContain(`Instance="${renewed.instance}"`);
        const cancel = granted(initiator.requestCancel(TLS));
        must(await place.responder.receive(cancel.octets, TLS), 'cancelled');
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});

test.each([0, 1])('what an issuer wrote is repeated on a pool, too (%i threads)', async (workers) => {
  const place = world('200512', '1.2');
  const said: Spelling = { ...BARE, prefix: 'a', isTyped: true, tokenType: true, own: true };
  const issuing = place.initiator();
  const request = granted(issuing.requestIssue(TLS));
  const { reply } = must(await place.responder.receive(request.octets, TLS), 'issued');
  const id = /SecurityContextToken [^>]*u:Id="([^"]*)"/.exec(text(reply))?.[1] ?? '';
  const attached = written(`#${id}`, '200512', said);
  const unattached = written('urn:uuid:unused', '200512', BARE);
  const cookie = '<x:Cookie xmlns:x="urn:peer:cookie" x:a="1">AAEC</x:Cookie>';
  const told = text(withReferences(reply, attached, unattached)).replace('</c:Identifier>', `</c:Identifier>${cookie}`);
  granted(issuing.receive(octets(told), request, TLS));
  const pools: Pool[] = [];
  const pool: PoolMaker = (needs) => {
    pools.push(createPool({ ...needs, workers }));
    return pools.at(-1)!;
  };
  const { tokenId, tokenElement, tokenReferences } = issuing;
  const initiator = place.initiator({ context: issuing.context!, tokenId, tokenElement, tokenReferences, pool });
  const call = granted(await initiator.requestCallAsync(applicationEnvelope('1.2', 'one')));
  expect(text(call.octets)).toContain(attached);
  expect(text(call.octets)).toContain(cookie);
  expect(pools.map(({ stats }) => stats.messages)).toEqual([1]);
  must(await place.responder.receive(call.octets, TLS), 'message');
  initiator.close();
  await Promise.all(pools.map((each) => each.close()));
});

test('references that were kept are of this token, or refused', async () => {
  const place = world('200512', '1.2');
  const { attached, unattached } = await issueWith(place, place.initiator(), '200512', BARE);
  const initiator = place.initiator();
  await issueWith(place, initiator, '200512', BARE);
  const { context, tokenId } = initiator;
  const wrong = [{ attached: octets(attached) }, { unattached: octets(unattached) }, { attached: octets('<a') }];
  for (const tokenReferences of wrong)
    expect(() => place.initiator({ context: context!, tokenId, tokenReferences })).toThrow('caller.option-invalid');
});

const BARE: Spelling = { prefix: 'o', isTyped: false, tokenType: false, own: false, flaw: 'none' };
