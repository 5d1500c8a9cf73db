/** The cases of WCF that are run. */

/** What `npm test` has time for, in each direction. */
export const WCF_SPREAD: readonly string[] = [
  'ws,none,sc',
  'ws2007,user,sc',
  'ws2007,cert,sc',
  'ws,user,sc,tls',
  'cb,mutual,sc,v10bsp',
  'cb,user,sc,v13,sha256,encfirst',
  'cb,usertls,sc,v13,soap11',
  'cb,anon,sc,tripledes,nodk',
  'cb,anon,sc,renew',
  'cb,anon,sc,rm',
  'cb,usertls,insecure,sc,v13,rm,rm11',
  'cb,user,encfirst,rm',
  'cb,mutual,v13,rm,rm11',
];

const combined = (names: readonly string[], words: readonly string[]): readonly string[] =>
  names.flatMap((name) => words.map((word) => `${name},${word}`));

const BINDINGS = [
  ...combined(['ws', 'ws2007'], ['none,sc', 'user,sc', 'cert,sc']),
  // Mixed mode.
  ...combined(['ws', 'ws2007'], ['user,sc,tls', 'cert,sc,tls']),
];
const CREDENTIALS = [
  ...['anon', 'user', 'mutual', 'usertls', 'certtls'].flatMap((credential) =>
    ['', ',v05bsp', ',v13', ',v13nobsp'].map((version) => `cb,${credential},sc${version}`),
  ),
  'cb,certtls,sc,v10bsp',
];
const SUITES = ['Basic256', 'Basic192', 'Basic128', 'TripleDes']
  .flatMap((family) =>
    ['', ',sha256'].flatMap((hash) => ['', ',rsa15'].map((key) => `${family.toLowerCase()}${hash}${key}`)),
  )
  .filter((words) => words !== 'basic256');
const UNDER_SUITES = [
  ...combined(['cb,anon,sc'], SUITES),
  ...combined(['cb,user,sc,v13'], ['basic128', 'tripledes', 'sha256', 'basic128,sha256', 'tripledes,sha256,rsa15']),
  ...combined(['cb,usertls,sc,v13'], ['basic192', 'basic128', 'tripledes', 'sha256', 'tripledes,sha256']),
  ...combined(['cb,mutual,sc,v13', 'cb,mutual,sc,v10bsp'], ['basic128', 'tripledes', 'rsa15', 'sha256']),
];
const ORDERS = combined(
  ['cb,anon,sc', 'cb,user,sc,v13', 'cb,mutual,sc', 'cb,mutual,sc,v10bsp'],
  ['signonly-order', 'encfirst', 'nodk'],
);
const ENVELOPES = combined(
  ['cb,anon,sc', 'cb,mutual,sc,v13', 'cb,usertls,sc', 'cb,certtls,sc,v13'],
  ['soap11', 'wsa04', 'entropy-client', 'entropy-server'],
);
const RELIABLE: readonly string[] = [
  'ws,none,sc,rm',
  ...combined(
    ['cb,anon,sc', 'cb,user,sc', 'cb,mutual,sc', 'cb,usertls,insecure,sc'],
    ['rm', 'v13,rm,rm11', 'soap11,rm', 'v13,soap11,rm,rm11'],
  ),
  'cb,anon,sc,nodk,rm',
  'cb,mutual,sc,v10bsp,rm',
  ...combined(['cb,anon,sc', 'cb,usertls,insecure,sc,v13', 'cb,mutual'], ['rm,idle', 'rm,rm11,idle']),
];
/** Outside of every context. */
const LONE: readonly string[] = [
  ...combined(
    ['cb,user', 'cb,mutual', 'cb,usertls,insecure', 'cb,certtls,insecure', 'cb,anon'],
    ['rm', 'v13,rm,rm11', 'soap11,rm', 'v13,soap11,rm,rm11'],
  ),
  ...combined(['cb,user', 'cb,mutual'], ['signonly-order,rm', 'encfirst,rm', 'nodk,rm', 'tripledes,rm', 'wsa04,rm']),
  'cb,user,v13,basic128,sha256,rm,rm11',
  'cb,user,rsa15,rm',
  'cb,mutual,v10bsp,rm',
];
const COOKIES = ['cb,anon,cookie', 'cb,user,cookie', 'cb,mutual,cookie,v13', 'cb,usertls,cookie,v13'];
/** Its own client renews by itself in these, and takes its time for it. */
const RENEWING = [
  'anon,sc',
  'user,sc,v13',
  'mutual,sc',
  'mutual,sc,v10bsp',
  'anon,sc,nodk',
  'usertls,sc',
  'certtls,sc,v13',
].map((words) => `cb,${words},renew`);

export const WCF_ALL: readonly string[] = [
  ...new Set([
    ...WCF_SPREAD,
    ...BINDINGS,
    ...CREDENTIALS,
    ...UNDER_SUITES,
    ...ORDERS,
    ...ENVELOPES,
    ...COOKIES,
    ...RELIABLE,
    ...LONE,
    ...RENEWING,
  ]),
];
