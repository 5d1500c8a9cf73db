/** What a configuration file says, once it is known to fit {@link CONFIGURATION_SCHEMA}. Files are named from the folder that it is in. */
import type { EndpointPolicy, PeerName, ResponderOptions, TokenContextStoreOptions } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import type { AdmissionBounds, BodyBounds } from '@parley/http';

export interface GatewayConfiguration {
  readonly listen: { readonly port: number; readonly host?: string };
  /** Without it, the gateway speaks HTTP in clear. */
  readonly tls?: TlsFiles;
  /** A durable store of contexts, in a folder or on a server that nodes share. Without it, they are in memory, and gone with the process. */
  readonly contexts?: ContextsConfiguration;
  /** Where replays are remembered. Without it, in memory; or on the server of `contexts`, if there is one. */
  readonly replays?: ReplaysConfiguration;
  /** Threads that open and seal, of each secured endpoint; 0, the default: none but the main one. */
  readonly workers?: number;
  /** How often files are looked at for changes. Default 2000. */
  readonly reloadMs?: number;
  readonly limits?: Partial<BodyBounds & AdmissionBounds>;
  /** Addresses, or networks as `10.0.0.0/8`, of proxies before it: of these alone `X-Forwarded-For` is believed, for what is counted by address. */
  readonly proxies?: readonly string[];
  /** See `ResponderOptions`: what is counted by all who share the store of contexts. */
  readonly throttles?: ThrottlesConfiguration;
  /** Where it is watched and steered. `/healthz` and `/readyz` are answered here, and where it serves. */
  readonly operations?: OperationsConfiguration;
  /** How long it serves on, and says that it is not ready, before it ends. Default 0. */
  readonly drainDelayMs?: number;
  readonly secured?: readonly SecuredEndpoint[];
  readonly plain?: readonly PlainEndpoint[];
}

export type ThrottlesConfiguration = Pick<
  ResponderOptions,
  | 'requestsPerPrincipalPerMinute'
  | 'requestsPerPrincipalMax'
  | 'messagesPerPrincipalPerMinute'
  | 'messagesPerPrincipalMax'
  | 'bootstrapsPerAddressPerMinute'
  | 'bootstrapsPerAddressMax'
  | 'loginFailuresMax'
  | 'loginBackOffMs'
>;

export interface ContextsConfiguration {
  /**
   * Contexts are in no place but in the tokens that clients show, and any gateway with the key serves them. `folder` or `server` is where cancelled
   * ones are, if they are to be known to all gateways.
   */
  readonly tokens?: TokensConfiguration;
  /** A folder of one machine; this, or `server`. */
  readonly folder?: string;
  /** `redis://`, `rediss://`, `postgres://`: contexts and replays that all nodes share. */
  readonly server?: string;
  /** The file with the password of the server's user. */
  readonly password?: string;
  /** Keeps services of one server, or of one key, apart. Default `parley`. */
  readonly name?: string;
  /** File of the key that records, and tokens, are sealed with. */
  readonly key: string;
  /** Files of keys that records may still be sealed with, while `parley contexts rekey` runs. */
  readonly olderKeys?: readonly string[];
  /** What unwraps these files: a key of a PKCS#11 token, as a URI (RFC 7512). */
  readonly keyService?: string;
  /** A folder that remembers how new the records of contexts are, so that older ones that are put back are refused after a restart, too. */
  readonly witness?: string;
}

/** See `TokenContextStoreOptions`. */
export interface TokensConfiguration extends Pick<TokenContextStoreOptions, 'stateBytesMax' | 'contextsMax'> {
  /** `shared`: a cancel holds on all gateways. `none`: on its own; elsewhere a token is good until it expires. */
  readonly revocations: 'shared' | 'none';
}

export interface ReplaysConfiguration {
  /** What was taken before the process died is not taken again. Each message waits for the disk. */
  readonly folder?: string;
  readonly entriesMax?: number;
  /**
   * Gateways without a server: each remembers a part, and the others ask it. Their addresses by name, the same on all; `self` is this one's. What they
   * say to each other is sealed under the key of `contexts`.
   */
  readonly nodes?: Readonly<Record<string, string>>;
  readonly self?: string;
  /** Where the others reach this one. Default: the host and port of its address. */
  readonly listen?: { readonly port: number; readonly host?: string };
}

export interface OperationsConfiguration {
  /** In clear: `/metrics`, `/healthz`, `/readyz`. */
  readonly listen?: { readonly port: number; readonly host?: string };
  /** A Unix socket for `parley admin`, in a folder that is its owner's alone. */
  readonly socket?: string;
  /** Spans go to the SDK of OpenTelemetry that the process has registered. */
  readonly tracing?: boolean;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Whose certificates clients may show. */
  readonly clients?: string;
}

/** How the other side is configured. */
export interface PeerConfiguration extends Pick<EndpointPolicy, 'binding' | 'encrypt' | 'order' | 'keys' | 'confirm'> {
  readonly peer?: PeerName;
  /** How far its clock may be from ours, and how old messages may be. Default 300,000 each. */
  readonly clockSkewMs?: number;
  readonly timestampAgeMaxMs?: number;
  readonly suite?: SuiteName;
}

/** Before a plain service: what comes in is secured, what goes on is not. */
export interface SecuredEndpoint extends PeerConfiguration {
  readonly path: string;
  readonly upstream: string;
  readonly upstreamTimeoutMs?: number;
  readonly begin: SecuredBegin;
  /** See `ResponderOptions`. */
  readonly unproven?: 'refuse' | 'same-principal';
  readonly contextLifetimeMs?: number;
  readonly contextLifetimeMinMs?: number;
  readonly renewGraceMs?: number;
}

export type SecuredBegin =
  | { readonly by: 'username-over-tls'; readonly users: string }
  | { readonly by: 'client-certificate' }
  | ({ readonly by: 'symmetric-x509'; readonly users?: string; readonly endorsers?: string } & KeyFiles)
  | ({ readonly by: 'asymmetric-x509'; readonly trust: string; readonly known?: string } & KeyFiles);

/** Before a secured service: what comes in is plain, what goes on is secured. */
export interface PlainEndpoint extends PeerConfiguration {
  readonly path: string;
  readonly service: string;
  readonly soap?: SoapVersion;
  readonly version?: Version;
  readonly answerTimeoutMs?: number;
  /** Trust anchors for TLS, and a client certificate for it. */
  readonly tls?: { readonly trust?: string; readonly certificate?: string; readonly key?: string };
  readonly begin: PlainBegin;
}

export interface UserFiles {
  readonly username: string;
  /** The file with the password. */
  readonly password: string;
}

export type PlainBegin =
  | ({ readonly by: 'username-over-tls' } & UserFiles)
  | { readonly by: 'client-certificate' }
  | ({ readonly by: 'symmetric-x509'; readonly service: string } & Partial<UserFiles> & Partial<KeyFiles>)
  | ({ readonly by: 'asymmetric-x509'; readonly service: string; readonly trust: string } & KeyFiles);

/** A certificate and its private key, in PEM. */
export interface KeyFiles {
  readonly certificate: string;
  readonly key: string;
}
