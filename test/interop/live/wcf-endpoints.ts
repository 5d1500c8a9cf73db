/** The endpoints of WCF: everything that follows from the words of a case. See wcf/src/Peer.cs. */
import type { EndpointPolicy, InitiatorBootstrap, ResponderBootstrap } from '@parley/conversation';
import { asymmetricX509, peerProfile, symmetricX509, usernameOverTls } from '@parley/conversation';
import type { SuiteName } from '@parley/core';
import { Secret } from '@parley/core';
import type { Service } from '@parley/http';
import type { LiveEndpoint } from './endpoints.ts';
import { authenticate, liveTrust, own, PASSWORD, signer, USER } from './endpoints.ts';
import type { EchoShape } from './initiator-story.ts';
import { escaped, unescaped } from './initiator-story.ts';

const SUITES: Readonly<Record<string, SuiteName>> = {
  basic128: 'Basic128',
  basic192: 'Basic192',
  tripledes: 'TripleDes',
  sha256: 'Basic256Sha256',
  rsa15: 'Basic256Rsa15',
};

/** What a case says; it is the path, too. */
export function wcfEndpoint(name: string): LiveEndpoint {
  const words = new Set(name.split(','));
  const isMixed = words.has('usertls');
  const suite = Object.entries(SUITES).find(([word]) => words.has(word))?.[1] ?? 'Basic256';
  return {
    name,
    isOverTls: false,
    // It takes this for secure that goes over the loopback, as WCF does when it is told to.
    isSecure: isMixed,
    version: ['ws2007', 'v13', 'v13nobsp'].some((word) => words.has(word)) ? '200512' : '200502',
    soapVersion: words.has('soap11') ? '1.1' : '1.2',
    suite,
    profile: peerProfile(isMixed ? 'wcf-mixed' : 'wcf-message', suite, policyOfWords(words)),
    entropy: words.has('entropy-server') ? 'none' : 'client',
    keyContribution: words.has('entropy-client') ? 'requester' : 'both',
    initiator: () => initiatorFor(words),
    responder: () => responderFor(words),
  };
}

function policyOfWords(words: ReadonlySet<string>): EndpointPolicy {
  return {
    ...(words.has('signonly-order') && { encrypt: 'body' }),
    ...(words.has('encfirst') && { order: 'encrypt-then-sign', encrypt: 'body' }),
    ...(words.has('v10bsp') && { handshake: { confirm: false } }),
    ...(words.has('entropy-client') && { entropy: 'any' }),
    ...(words.has('nodk') && { keys: 'direct' }),
    ...(words.has('wsa04') && { addressing: '2004/08' }),
  };
}

type Credential = 'none' | 'user' | 'certificate' | 'certificates' | 'user over transport';

function credentialOf(words: ReadonlySet<string>): Credential {
  if (words.has('usertls')) return 'user over transport';
  if (words.has('user')) return 'user';
  if (words.has('mutual')) return words.has('v10bsp') ? 'certificates' : 'certificate';
  return words.has('cert') ? 'certificate' : 'none';
}

function initiatorFor(words: ReadonlySet<string>): InitiatorBootstrap {
  const username = { username: USER, password: Secret.copyOf(PASSWORD) };
  const service = { certificate: own('server').certificate, reference: 'thumbprint' } as const;
  switch (credentialOf(words)) {
    case 'none':
      return symmetricX509.initiator({ service });
    case 'user':
      return symmetricX509.initiator({ service, username });
    case 'certificate':
      return symmetricX509.initiator({ service, endorse: signer('client') });
    case 'certificates':
      return asymmetricX509.initiator({
        signature: signer('client'),
        service: { ...service, reference: 'issuer-serial' },
        trust: liveTrust(),
        ownKeys: [own('client')],
      });
    case 'user over transport':
      return usernameOverTls.initiator(username);
  }
}

function responderFor(words: ReadonlySet<string>): ResponderBootstrap {
  const ownKeys = [own('server')];
  switch (credentialOf(words)) {
    case 'none':
      return symmetricX509.responder({ ownKeys });
    case 'user':
      return symmetricX509.responder({ ownKeys, authenticate });
    case 'certificate':
      return symmetricX509.responder({ ownKeys, endorsers: liveTrust() });
    case 'certificates':
      return asymmetricX509.responder({
        signature: { ...signer('server'), reference: 'issuer-serial' },
        ownKeys,
        trust: liveTrust(),
      });
    case 'user over transport':
      return usernameOverTls.responder({ authenticate });
  }
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
