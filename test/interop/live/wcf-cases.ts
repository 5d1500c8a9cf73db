/** The cases of WCF that are run, and what its own rules let go otherwise. */

/** What `npm test` has time for, in each direction. */
export const WCF_SPREAD: readonly string[] = [
  'ws,none,sc',
  'ws2007,user,sc',
  'ws2007,cert,sc',
  'cb,mutual,sc,v10bsp',
  'cb,user,sc,v13,sha256',
  'cb,usertls,insecure,sc',
  'cb,anon,sc,tripledes,nodk',
];

/** The others. */
const BINDINGS = ['ws,cert,sc', 'ws,user,sc', 'ws2007,none,sc'];
const CREDENTIALS = ['anon', 'user', 'mutual', 'usertls,insecure'].flatMap((credential) =>
  ['', ',v05bsp', ',v13', ',v13nobsp'].map((version) => `cb,${credential},sc${version}`),
);
const ON_ANONYMOUS = [
  ...['basic128', 'basic192', 'sha256', 'rsa15', 'tripledes', 'signonly-order', 'encfirst', 'nodk'],
  ...['soap11', 'wsa04', 'entropy-client', 'entropy-server'],
].flatMap((word) => [`cb,anon,sc,${word}`, `cb,mutual,sc,v13,${word}`]);
const ON_MIXED = ['basic128', 'sha256', 'soap11', 'wsa04', 'entropy-client', 'entropy-server'].map(
  (word) => `cb,usertls,insecure,sc,${word}`,
);
const ON_CERTIFICATES = ['basic128', 'sha256', 'rsa15', 'encfirst', 'soap11'].map(
  (word) => `cb,mutual,sc,v10bsp,${word}`,
);
const COOKIES = ['cb,anon,cookie', 'cb,mutual,cookie,v13'];

/** Its own client renews by itself in these, and takes its time for it. */
export const WCF_RENEWING: readonly string[] = [
  'cb,anon,sc,renew',
  'cb,user,sc,v13,renew',
  'cb,mutual,sc,renew',
  'cb,mutual,sc,v10bsp,renew',
  'cb,anon,sc,nodk,renew',
  'cb,usertls,insecure,sc,renew',
];

export const WCF_ALL: readonly string[] = [
  ...new Set([
    ...WCF_SPREAD,
    ...BINDINGS,
    ...CREDENTIALS,
    ...ON_ANONYMOUS,
    ...ON_MIXED,
    ...ON_CERTIFICATES,
    ...COOKIES,
  ]),
];

export interface WcfRule {
  readonly direction: 'to-peer' | 'from-peer';
  readonly endpoint: RegExp;
  readonly step: string;
  readonly outcome: RegExp;
  readonly reason: string;
}

const COOKIE = { direction: 'to-peer', endpoint: /,cookie/ } as const;

const MONO =
  'Mono: WCF signs RSA-SHA256 with the key of a store, and a key from a file is in none (“Keyset does not exist”).';

/** Each is used, or fails the test. After one at the beginning of a session there is no more of it. */
export const WCF_RULES: readonly WcfRule[] = [
  {
    ...COOKIE,
    step: 'renew',
    outcome: /"InvalidSecurity"/,
    reason:
      'WCF: a context that is a cookie (RequireCancellation=false) is not renewed; its own client asks for another.',
  },
  {
    ...COOKIE,
    step: 'cancel',
    outcome: /"SecureConversationCancellationNotAllowed"/,
    reason: 'WCF: a context that is a cookie (RequireCancellation=false) is not cancelled.',
  },
  {
    ...COOKIE,
    step: 'call with cancelled',
    outcome: /^ANSWERED$/,
    reason: 'WCF: what was not cancelled goes on.',
  },
  {
    direction: 'from-peer',
    endpoint: /^cb,mutual,.*sha256/,
    step: 'all',
    outcome: /Keyset does not exist/,
    reason: MONO,
  },
  {
    direction: 'to-peer',
    endpoint: /^cb,mutual,.*v10bsp,sha256/,
    step: 'issue',
    outcome: /^peer\.http-/,
    reason: MONO,
  },
];
