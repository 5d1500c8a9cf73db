/** Handshakes that must not end in a context. */

import { MemoryReplayCache } from '@parley/conversation';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  CLEAR,
  ENDPOINT,
  granted,
  issue,
  must,
  octets,
  PASSWORD,
  refusal,
  sent,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';
import { edited, HOUR_MS, isEmpty } from './crafted-requests.ts';

describe('a handshake', () => {
  test('over an open channel is neither written nor answered', async () => {
    const place = world('200512', '1.2');
    const initiator = place.initiator();
    expect(initiator.requestIssue(CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
    const request = sent(initiator.requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, CLEAR))).toBe('peer.coverage-missing');
    const issued = must(await place.responder.receive(request, TLS), 'issued');
    expect(initiator.take(issued.reply, CLEAR)).toMatchObject({ ok: false, code: 'caller.channel-not-secure' });
    expect(granted(initiator.take(issued.reply)).kind).toBe('issued');
  });

  test.each<[string, string | RegExp, string, string]>([
    ['without a token', /<o:UsernameToken.*<\/o:UsernameToken>/, '', 'peer.authentication-failed'],
    [
      'with two tokens',
      /<o:UsernameToken.*<\/o:UsernameToken>/,
      '$&<o:UsernameToken><o:Username>x</o:Username></o:UsernameToken>',
      'peer.structure-invalid',
    ],
    ['without a password', /<o:Password.*<\/o:Password>/, '', 'peer.authentication-failed'],
    ['with a password of another type', '#PasswordText', '#PasswordGuess', 'peer.authentication-failed'],
    ['with a comment in the name', '>alice<', '>al<!-- -->ice<', 'peer.structure-invalid'],
    ['with CDATA in the password', /(<o:Password[^>]*>)[^<]*/, '$1<![CDATA[canary]]>', 'peer.structure-invalid'],
    [
      'with an unknown child in the token',
      '</o:UsernameToken>',
      '<o:Salt>1</o:Salt></o:UsernameToken>',
      'peer.structure-invalid',
    ],
    [
      'with a signature that secures nothing',
      '</o:Security>',
      '<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/></o:Security>',
      'peer.structure-invalid',
    ],
    ['without a Timestamp', /<u:Timestamp.*<\/u:Timestamp>/, '', 'peer.coverage-missing'],
    [
      'with an old Timestamp',
      /<u:Created>[^<]*<\/u:Created><u:Expires>[^<]*/,
      '<u:Created>2029-12-31T00:00:00Z</u:Created><u:Expires>2029-12-31T00:05:00Z',
      'peer.timestamp-expired',
    ],
    [
      'of tomorrow',
      /<u:Created>[^<]*<\/u:Created><u:Expires>[^<]*/,
      '<u:Created>2030-01-02T00:00:00Z</u:Created><u:Expires>2030-01-02T00:05:00Z',
      'peer.timestamp-future',
    ],
    ['without a MessageID', /<a:MessageID.*<\/a:MessageID>/, '', 'peer.coverage-missing'],
    [
      'that wants its answer elsewhere',
      'http://www.w3.org/2005/08/addressing/anonymous',
      'https://evil.example/',
      'peer.addressing-forbidden',
    ],
    ['for somebody else', ENDPOINT, 'https://other.example/', 'peer.addressing-mismatch'],
    [
      'with a mandatory header of who knows whom',
      '<o:Security',
      '<x:Important xmlns:x="urn:x" s:mustUnderstand="1"/><o:Security',
      'peer.must-understand',
    ],
    ['without a Security header', /<o:Security.*<\/o:Security>/, '', 'peer.security-header-missing'],
    ['with two Security headers', /<o:Security.*<\/o:Security>/, '$&$&', 'peer.structure-invalid'],
  ])('%s is refused', async (_name, from, to, code) => {
    const place = world('200512', '1.1');
    expect(refusal(await place.responder.receive(edited(place.initiator(), from, to), TLS))).toBe(code);
    expect(await isEmpty(place.store)).toBe(true);
  });

  test('T60: that contradicts the transport action is refused', async () => {
    const place = world('200512', '1.1');
    const request = sent(place.initiator().requestIssue(TLS));
    expect(refusal(await place.responder.receive(request, { secure: true, soapAction: '"urn:other"' }))).toBe(
      'peer.action-mismatch',
    );
  });

  test('cannot be used twice', async () => {
    const place = world('200512', '1.1');
    const request = sent(place.initiator().requestIssue(TLS));
    must(await place.responder.receive(request, TLS), 'issued');
    expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.replay');
  });

  test('with a wrong password or user gives the same answer, and the initiator may try again', async () => {
    const place = world('200502', '1.2');
    for (const credential of [
      { username: 'alice', password: Secret.copyOf(octets('wrong')) },
      { username: 'nobody', password: Secret.copyOf(octets(PASSWORD)) },
      { username: 'alice', password: Secret.copyOf(octets('wrong')), passwordType: 'digest' as const },
    ]) {
      const initiator = place.initiator({ credential });
      const refused = must(await place.responder.receive(sent(initiator.requestIssue(TLS)), TLS), 'refused');
      expect(refused.failure).toMatchObject({
        code: 'peer.authentication-failed',
        detail: { reason: 'user or password' },
      });
      expect(initiator.take(refused.reply)).toMatchObject({
        ok: false,
        code: 'peer.soap-fault',
        detail: { faultCode: 'FailedAuthentication' },
      });
      expect(initiator.awaits).toBe('issue');
    }
  });

  test('T55: of strangers, many times over, leaves nothing behind', async () => {
    const replayCache = new MemoryReplayCache();
    const place = world('200512', '1.2', { replayCache });
    const password = Secret.copyOf(octets('guess'));
    for (let round = 0; round < 500; round++) {
      const request = sent(place.initiator({ credential: { username: 'alice', password } }).requestIssue(TLS));
      expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.authentication-failed');
    }
    expect(await isEmpty(place.store)).toBe(true);
    expect(replayCache.size).toBe(0);
  });

  test('T55: of one principal opens so many contexts and no more, until one ends', async () => {
    const place = world('200512', '1.2', { contextsPerPrincipalMax: 2 });
    const first = place.initiator();
    await issue(place, first);
    await issue(place, place.initiator());
    const third = () => place.responder.receive(sent(place.initiator().requestIssue(TLS)), TLS);
    expect(refusal(await third())).toBe('internal.quota');
    must(await place.responder.receive(sent(first.requestCancel(TLS)), TLS), 'cancelled');
    must(await third(), 'issued');
    place.ambient.now += 11 * HOUR_MS;
    must(await third(), 'issued');
  });

  test('whose checker throws the password tells nobody', async () => {
    const place = world('200512', '1.2', {
      authenticate: (attempt) => {
        throw new Error(attempt.kind === 'text' ? attempt.password.lend(text) : '');
      },
    });
    const refused = must(await place.responder.receive(sent(place.initiator().requestIssue(TLS)), TLS), 'refused');
    expect(refused.failure.code).toBe('caller.callback-failed');
    expect(JSON.stringify(refused.failure) + text(refused.reply)).not.toContain('canary');
  });
});
