/** The endpoints of WCF: everything that follows from the words of a case. See wcf/src/Peer.cs. */
import type { EndpointPolicy } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { Service } from '@parley/http';
import type { LiveEndpoint } from './endpoints.ts';
import { liveParties, RELIABLE_MESSAGING } from './endpoints.ts';
import type { EchoShape } from './initiator-story.ts';
import { escaped, unescaped } from './initiator-story.ts';
import type { BootstrapWord, Parties } from './parties.ts';
import { hasContext, isMixed, isOverTls, suiteOf, wordsOf } from './wcf-case.ts';

/** What a case says; it is the path, too. */
export function wcfEndpoint(name: string, parties: Parties = liveParties()): LiveEndpoint {
  const words = wordsOf(name);
  const bootstrap = bootstrapOf(words);
  const suite = suiteOf(name);
  return {
    name,
    isOverTls: isOverTls(name),
    isSecure: isMixed(name),
    version: ['ws2007', 'v13', 'v13nobsp'].some((word) => words.has(word)) ? '200512' : '200502',
    soapVersion: words.has('soap11') ? '1.1' : '1.2',
    suite,
    profile: peerProfile(isMixed(name) ? 'wcf-mixed' : 'wcf-message', suite, policyOfWords(words)),
    entropy: words.has('entropy-server') ? 'none' : 'client',
    ...(words.has('rm') && { reliable: words.has('rm11') ? '200702' : '200502' }),
    ...(words.has('idle') && { inactivityMs: 6000 }),
    isContextless: !hasContext(name),
    keyContribution: words.has('entropy-client') ? 'requester' : 'both',
    initiator: () => parties.initiator(bootstrap),
    responder: () => parties.responder(bootstrap),
  };
}

function policyOfWords(words: ReadonlySet<string>): EndpointPolicy {
  return {
    ...(words.has('signonly-order') && { encrypt: 'body' }),
    ...(words.has('encfirst') && { order: 'encrypt-then-sign', encrypt: 'body' }),
    ...(words.has('v10bsp') && { handshake: { confirm: false } }),
    ...(words.has('entropy-client') && { entropy: 'any' }),
    ...(words.has('nodk') && { keys: 'direct' }),
    ...(words.has('rm') && { policy: RELIABLE_MESSAGING }),
    ...(words.has('wsa04') && { addressing: '2004/08' }),
  };
}

function bootstrapOf(words: ReadonlySet<string>): BootstrapWord {
  const isOverTransport = words.has('tls');
  if (words.has('usertls') || (isOverTransport && words.has('user'))) return 'tls';
  if (words.has('certtls') || (isOverTransport && words.has('cert'))) return 'tls-cert';
  if (words.has('user')) return 'ut';
  // WSS 1.0 has no references to an EncryptedKey, so both sides sign with their certificates.
  if (words.has('mutual')) return words.has('v10bsp') ? 'asym-serial' : 'x509m';
  return words.has('cert') ? 'x509m' : 'x509';
}

const CONTRACT = 'urn:parley:interop';

/** The echo of WCF. */
export const WCF_ECHO: EchoShape = {
  action: `${CONTRACT}/IEcho/Echo`,
  write: (text) => `<Echo xmlns="${CONTRACT}"><text>${escaped(text)}</text></Echo>`,
  read: (body) => unescaped(/<EchoResult>echo: ([^<]*)</.exec(body)?.[1]),
};

/** Answers as WCF's service does: Echo and Add. */
export const wcfService: Service = ({ message }) => {
  const body = new TextDecoder().decode(message.body);
  const text = (element: string): string => new RegExp(`<${element}>([^<]*)<`).exec(body)?.[1] ?? '';
  const isAdd = /<Add /.test(body);
  const name = isAdd ? 'Add' : 'Echo';
  const result = isAdd ? Number(text('a')) + Number(text('b')) : `echo: ${text('text')}`;
  const payload = `<${name}Response xmlns="${CONTRACT}"><${name}Result>${result}</${name}Result></${name}Response>`;
  return { action: `${CONTRACT}/IEcho/${name}Response`, payload: new TextEncoder().encode(payload) };
};
