import type {
  Ambient,
  ConversationProfile,
  InitiatorBootstrap,
  InitiatorOptions,
  RecordStore,
  SequenceOptions,
  SequenceSettings,
  SequenceVersion,
} from '@parley/conversation';
import {
  completeSequenceSettings,
  MemoryRecords,
  peerProfile,
  systemAmbient,
  withSequences,
} from '@parley/conversation';
import { INITIATOR_MEMBERS, SEQUENCE_MEMBERS } from '@parley/conversation/internal';
import type { Version } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  callback,
  either,
  FLAG,
  oneOf,
  optional,
  port,
  readable,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import type { Agent, Dispatcher } from 'undici';
import { ADDRESS, DISPATCHER, SIGNAL, TIMEOUT_MS } from './connection-shape.ts';
import type { PostBounds } from './post.ts';
import { SOME_BOUNDS } from './post.ts';

/** Options of the initiator that are passed on as they are. */
type PassedOn = Omit<
  InitiatorOptions,
  'version' | 'soapVersion' | 'to' | 'issuer' | 'ambient' | 'bootstrap' | 'profile'
>;
export interface ConnectOptions extends Partial<PostBounds>, PassedOn {
  /** Generation of the specifications. Default: 200512. */
  readonly version?: Version;
  /** Default: 1.2. */
  readonly soapVersion?: SoapVersion;
  /** Default: those of the system. */
  readonly ambient?: Ambient;
  /** How the conversation begins, and as whom. */
  readonly bootstrap: InitiatorBootstrap;
  /** What the peer is like. Default: `peerProfile('parley')`. */
  readonly profile?: ConversationProfile;
  /** wsa:To of requests. Default: the URL. */
  readonly to?: string;
  /** Where contexts are issued, renewed and cancelled, if not by the service itself. */
  readonly issuer?: string | URL;
  /**
   * How contexts come to be: `issued` by the service, or by {@link issuer}, negotiated where `negotiation` says so; `propagated`: made here,
   * and told to a service that takes such (WS-SC §3); `none`: there is no context, each message is under the bootstrap, for
   * {@link reliable} conversations only (WCF's reliable sessions without EstablishSecurityContext). Default: `issued`.
   */
  readonly establish?: 'issued' | 'propagated' | 'none';
  /** Trust anchors, a client certificate and what else `node:tls` takes. */
  readonly tls?: Agent.Options['connect'];
  /** Connections of one's own; `tls` is then its maker's to set. It is not closed with the conversation. */
  readonly dispatcher?: Dispatcher;
  /** Whether the channel is secret and the peer authenticated. Default: for `https:`. */
  readonly secure?: boolean;
  /** Renews the context when it is time. Default: true. */
  readonly renew?: boolean;
  /** Establishes another context when the peer has lost this one, and makes the call once more. Default: true. */
  readonly reestablish?: boolean;
  /** Cancels the context at the end. Default: true. */
  readonly cancel?: boolean;
  /**
   * Numbers messages and sends each until its answer is here (WS-ReliableMessaging): none is lost, none is worked on twice. A sequence ends
   * with its context: then no other is established. Default: false.
   */
  readonly reliable?: boolean | ReliableOptions;
  /** Is told of a renewal in the background that failed; the context serves until its end, and then another is established. */
  readonly onFailedRenewal?: (failure: Fault) => void;
  /** Ends the wait for the first context. */
  readonly signal?: AbortSignal;
}

export interface ReliableOptions extends SequenceOptions {
  /**
   * Where the sequence and what is not settled is kept: those of a durable store survive this process. `context` of the conversation then has
   * to, too. Default: in memory.
   */
  readonly records?: RecordStore | undefined;
  /**
   * Without a context (`establish: 'none'`): the name in these records of one sequence at a time, which a later conversation of that name goes
   * on with. Default: one that nobody knows.
   */
  readonly name?: string | undefined;
  /**
   * Where the service is to say what has arrived, if not on the connection: an endpoint with `conversations` takes it there. The service has to
   * let it (`sequences.acksTo`), and to be able to send it (`deliver`).
   */
  readonly acksTo?: string | URL | undefined;
  /** Of WS-ReliableMessaging. Default: the generation of the context. */
  readonly sequenceVersion?: SequenceVersion | undefined;
  /** Ends an attempt, which is made again. Default 30 seconds: more than the peer lets a message wait for those before it. */
  readonly attemptTimeoutMs?: number | undefined;
}

const {
  version: VERSION,
  soapVersion: SOAP_VERSION,
  to: TO,
  ambient: AMBIENT,
  bootstrap: BOOTSTRAP,
  profile: PROFILE,
  issuer: _,
  ...passedOn
} = INITIATOR_MEMBERS;

const PASSED_ON: Members<PassedOn> = passedOn;

/** How one reaches a peer. */
export const CONNECTION: Members<Pick<ConnectOptions, 'to' | 'dispatcher' | 'tls' | 'secure'>> = {
  to: optional(TO),
  dispatcher: optional(DISPATCHER),
  // What is in it, `node:tls` looks at.
  tls: optional(either(readable(), callback())),
  secure: optional(FLAG),
};

/** What it is like, and how one begins with it. */
export const PEER: Members<Pick<ConnectOptions, 'version' | 'soapVersion' | 'ambient' | 'bootstrap' | 'profile'>> = {
  version: optional(VERSION),
  soapVersion: optional(SOAP_VERSION),
  ambient: optional(AMBIENT),
  bootstrap: BOOTSTRAP,
  profile: PROFILE,
};

const RELIABLE: Kind<ReliableOptions> = shapeOf<ReliableOptions>({
  ...SEQUENCE_MEMBERS,
  records: optional(port<RecordStore>('transact', 'clear')),
  name: optional(TEXT),
  sequenceVersion: optional(oneOf(['200702', '200502'])),
  attemptTimeoutMs: optional(TIMEOUT_MS),
  acksTo: optional(ADDRESS),
});

/** What each option of `connect` may be. */
export const CONNECT_MEMBERS: Members<ConnectOptions> = {
  ...PASSED_ON,
  ...SOME_BOUNDS,
  ...CONNECTION,
  ...PEER,
  issuer: optional(ADDRESS),
  establish: optional(oneOf(['issued', 'propagated', 'none'])),
  renew: optional(FLAG),
  reestablish: optional(FLAG),
  cancel: optional(FLAG),
  reliable: optional(either(RELIABLE, FLAG)),
  onFailedRenewal: optional(callback()),
  signal: SIGNAL,
};

const CONNECT_OPTIONS: Kind<ConnectOptions> = shapeOf<ConnectOptions>(CONNECT_MEMBERS);

/** What a conversation goes by. */
export interface ConversationSettings {
  readonly url: URL;
  readonly issuer: URL | undefined;
  readonly establish: 'issued' | 'propagated' | 'none';
  readonly to: string;
  readonly soapVersion: SoapVersion;
  readonly profile: ConversationProfile;
  readonly ambient: Ambient;
  readonly bounds: PostBounds;
  readonly isSecure: boolean;
  readonly renew: boolean;
  readonly reestablish: boolean;
  readonly cancel: boolean;
  readonly ownsDispatcher: boolean;
  readonly onFailedRenewal: ((failure: Fault) => void) | undefined;
  readonly reliable: ReliableSettings | undefined;
  /** Ends what is asked about contexts, which several calls may wait for. */
  readonly ending: AbortController;
}

/** {@link ReliableOptions}, complete. */
export interface ReliableSettings {
  readonly sequences: SequenceSettings;
  readonly records: RecordStore;
  readonly name: string | undefined;
  readonly version: SequenceVersion | undefined;
  readonly attemptTimeoutMs: number;
  readonly acksTo: string | undefined;
}

/** The options of the initiator. */
export function initiatorOptionsOf(options: ConnectOptions, settings: ConversationSettings): InitiatorOptions {
  const passedOn: PassedOn = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(PASSED_ON, name) && value !== undefined),
  );
  const { to, issuer, soapVersion, ambient, profile } = settings;
  return {
    ...passedOn,
    version: options.version ?? '200512',
    soapVersion,
    to,
    ...(issuer !== undefined && { issuer: issuer.href }),
    ambient,
    profile,
    bootstrap: options.bootstrap,
  };
}

/** @throws Fault `caller.option-invalid` */
export function completeSettings(address: string | URL, options: ConnectOptions): ConversationSettings {
  requireOptions(CONNECT_OPTIONS, options, 'options');
  const url = httpUrl('url', address);
  const issuer = options.issuer === undefined ? undefined : httpUrl('issuer', options.issuer);
  const isHttps = url.protocol === 'https:' && (issuer === undefined || issuer.protocol === 'https:');
  const bounds = {
    answerTimeoutMs: options.answerTimeoutMs ?? 60_000,
    answerBytesMax: options.answerBytesMax ?? DEFAULT_LIMITS.messageBytesMax,
  };
  const reliable = reliableSettings(options.reliable);
  if (options.establish === 'none') requireContextless(options);
  const given = options.profile ?? peerProfile('parley');
  const to = options.to ?? url.href;
  return {
    url,
    issuer,
    establish: options.establish ?? 'issued',
    to,
    soapVersion: options.soapVersion ?? '1.2',
    profile: reliable === undefined ? given : withSequences(given, to),
    reliable,
    ambient: options.ambient ?? systemAmbient,
    bounds,
    isSecure: options.secure ?? isHttps,
    renew: options.renew ?? true,
    reestablish: options.reestablish ?? true,
    cancel: options.cancel ?? true,
    ownsDispatcher: options.dispatcher === undefined,
    onFailedRenewal: options.onFailedRenewal,
    ending: new AbortController(),
  };
}

/** @throws Fault `caller.option-invalid` */
function requireContextless({ reliable, context, issuer, pool }: ConnectOptions): void {
  if (reliable === undefined || reliable === false)
    throw new Fault('caller.option-invalid', { option: 'establish', reason: 'only where it is reliable' });
  for (const [option, value] of Object.entries({ context, issuer, pool }))
    if (value !== undefined) throw new Fault('caller.option-invalid', { option, reason: 'without contexts' });
}

const ATTEMPT_TIMEOUT_MS = 30_000;

function reliableSettings(reliable: ConnectOptions['reliable']): ReliableSettings | undefined {
  if (reliable === undefined || reliable === false) return undefined;
  const options: ReliableOptions = reliable === true ? {} : reliable;
  const {
    records = new MemoryRecords(),
    name,
    sequenceVersion: version,
    acksTo,
    attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
    ...sequences
  } = options;
  return {
    sequences: completeSequenceSettings(sequences),
    records,
    name,
    version,
    attemptTimeoutMs,
    acksTo: acksTo === undefined ? undefined : httpUrl('acksTo', acksTo).href,
  };
}

/** @throws Fault `caller.option-invalid` */
export function httpUrl(option: string, address: string | URL): URL {
  requireKind(ADDRESS, address, option);
  const url = URL.canParse(String(address)) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Fault('caller.option-invalid', { option, reason: 'no http or https URL' });
  return url;
}
