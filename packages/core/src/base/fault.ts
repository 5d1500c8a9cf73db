/**
 * Every way to fail. The prefix says whose fault it is: `peer.` the message or its sender, `caller.` the program
 * that called us, `internal.` us or our machinery. Codes are API: added, never renamed or removed.
 */

/** What a code looks like to the peer: a SOAP code and, for most, a subcode (SOAP 1.1: the faultcode itself). */
export interface SoapFault {
  readonly code: 'Sender' | 'Receiver' | 'VersionMismatch' | 'MustUnderstand';
  /** A QName with a prefix of protocol.md §0; the trust and conversation prefixes follow the message's version. */
  readonly subcode?: Subcode;
}

type Subcode = `${'wsse' | 'wsc' | 'wst' | 'wsa'}:${string}`;

/** A SOAP code; a subcode, which goes with `Sender`; or nothing, for what never leaves the process. */
type SoapAnswer = SoapFault['code'] | Subcode | 'unsent';

// safety: one outward answer, wsse:InvalidSecurity, for everything that a forger could learn from.
const FAULTS = {
  // XML: the bytes are not a document we read.
  'peer.xml-malformed': 'Sender',
  'peer.xml-dtd-forbidden': 'Sender',
  'peer.xml-version': 'Sender',
  'peer.xml-relative-namespace': 'Sender',
  'peer.encoding-forbidden': 'Sender',
  'peer.readers-differ': 'Sender',

  // Limits: larger than the policy allows.
  'peer.limit-message-size': 'Sender',
  'peer.limit-depth': 'Sender',
  'peer.limit-nodes': 'Sender',
  'peer.limit-attributes': 'Sender',
  'peer.limit-namespaces': 'Sender',
  'peer.limit-name': 'Sender',
  'peer.limit-value': 'Sender',
  'peer.limit-references': 'Sender',
  'peer.limit-transforms': 'Sender',
  'peer.limit-signatures': 'Sender',
  'peer.limit-tokens': 'Sender',
  'peer.limit-encrypted-parts': 'Sender',
  'peer.limit-certificates': 'Sender',
  'peer.limit-assertions': 'Sender',
  'peer.limit-enc-depth': 'Sender',
  'peer.limit-cost': 'Sender',

  // SOAP.
  'peer.soap-version-mismatch': 'VersionMismatch',
  'peer.must-understand': 'MustUnderstand',
  'peer.structure-invalid': 'Sender',
  'peer.security-header-missing': 'wsse:InvalidSecurity',

  // Ids and references.
  'peer.id-duplicate': 'wsse:InvalidSecurity',
  'peer.ref-unresolved': 'wsse:InvalidSecurity',
  'peer.ref-uri-forbidden': 'wsse:InvalidSecurity',
  'peer.ref-type-forbidden': 'wsse:InvalidSecurity',
  'peer.ref-loop': 'wsse:InvalidSecurity',

  // Algorithms and keys.
  'peer.alg-forbidden': 'wsse:InvalidSecurity',
  'peer.transform-forbidden': 'wsse:InvalidSecurity',
  'peer.keyinfo-forbidden': 'wsse:InvalidSecurity',
  'peer.key-usage': 'wsse:InvalidSecurity',
  'peer.encoding-invalid': 'wsse:InvalidSecurity',

  // Certificates. Whoever sent one may know that it is not taken.
  'peer.certificate-malformed': 'wsse:InvalidSecurityToken',
  'peer.certificate-untrusted': 'wsse:InvalidSecurityToken',
  'peer.certificate-expired': 'wsse:InvalidSecurityToken',
  'peer.certificate-revoked': 'wsse:InvalidSecurityToken',
  'peer.certificate-status-unknown': 'wsse:InvalidSecurityToken',

  // SAML assertions, likewise.
  'peer.assertion-untrusted': 'wsse:InvalidSecurityToken',
  'peer.assertion-expired': 'wsse:InvalidSecurityToken',
  'peer.assertion-condition': 'wsse:InvalidSecurityToken',
  'peer.assertion-unconfirmed': 'wsse:InvalidSecurityToken',

  // Contexts and derivation.
  'peer.bad-context': 'wsc:BadContextToken',
  'peer.context-expired': 'wsc:BadContextToken',
  'peer.dk-limit': 'wsse:InvalidSecurity',
  'peer.dk-loop': 'wsse:InvalidSecurity',

  // Cryptography.
  'peer.signature-invalid': 'wsse:InvalidSecurity',
  'peer.digest-mismatch': 'wsse:InvalidSecurity',
  'peer.decrypt-failed': 'wsse:InvalidSecurity',
  'peer.coverage-missing': 'wsse:InvalidSecurity',

  // Freshness and addressing.
  'peer.timestamp-invalid': 'wsse:InvalidSecurity',
  'peer.timestamp-expired': 'wsse:InvalidSecurity',
  'peer.timestamp-future': 'wsse:InvalidSecurity',
  'peer.replay': 'wsse:InvalidSecurity',
  'peer.confirmation-mismatch': 'wsse:InvalidSecurity',
  'peer.addressing-mismatch': 'wsse:InvalidSecurity',
  'peer.addressing-forbidden': 'wsse:InvalidSecurity',
  'peer.action-mismatch': 'wsse:InvalidSecurity',

  // WS-Trust requests and responses.
  'peer.authentication-failed': 'wsse:FailedAuthentication',
  'peer.trust-invalid-request': 'wst:InvalidRequest',
  'peer.trust-request-failed': 'wst:RequestFailed',
  'peer.unable-to-renew': 'wsc:UnableToRenew',
  'peer.soap-fault': 'unsent',

  // The program that called us.
  'caller.option-invalid': 'unsent',
  'caller.input-unreadable': 'unsent',
  'caller.input-invalid': 'unsent',
  'caller.keys-invalid': 'unsent',
  'caller.store-missing': 'unsent',
  'caller.store-key-missing': 'unsent',
  'caller.store-key-wrong': 'unsent',
  'caller.store-permissions': 'unsent',
  'caller.output-unwritable': 'unsent',
  'caller.channel-not-secure': 'unsent',
  'caller.context-unusable': 'unsent',
  'caller.closed': 'unsent',
  'caller.libxml-unavailable': 'unsent',
  'caller.schema-invalid': 'unsent',

  // Us and our machinery.
  'internal.invariant': 'Receiver',
  'internal.crypto': 'Receiver',
  'internal.context-needed': 'Receiver',
  'internal.worker-lost': 'Receiver',
  'internal.store-unavailable': 'Receiver',
  'internal.store-corrupt': 'Receiver',
  'internal.busy': 'Receiver',
  'internal.quota': 'Receiver',
} as const;

/** One of the closed set of stable codes. */
export type FaultCode = keyof typeof FAULTS;

// Strings in the table and objects here: only literals may give an exported type under isolatedDeclarations.
const SOAP_FAULTS: ReadonlyMap<string, SoapFault | undefined> = new Map(
  Object.entries(FAULTS).map(([code, answer]) => [code, soapFaultFor(answer)]),
);

/** Ids, offsets, counts and names; never key octets, plaintext or whole messages. */
export type FaultDetail = Readonly<Record<string, string | number>>;

/** All codes, in table order. */
export const FAULT_CODES: readonly FaultCode[] = Object.keys(FAULTS) as FaultCode[];

/** What `code` becomes on the wire, or `undefined` when it never leaves the process. */
export function soapFaultOf(code: FaultCode): SoapFault | undefined {
  return SOAP_FAULTS.get(code);
}

/** Whether `text` is one of our codes. */
export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(FAULTS, text);
}

/** What Parley throws inside a package; public entries of `engine` and above return it as data. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly detail: FaultDetail;

  constructor(code: FaultCode, detail: FaultDetail = {}) {
    super(describe(code, detail));
    this.code = code;
    this.detail = detail;
  }
}

/** A result that crosses a boundary: a value, or a code with its detail. Plain data, safe between threads. */
export type Reply<T> = { readonly ok: true; readonly value: T } | FailedReply;

/** The failing half of {@link Reply}. */
export interface FailedReply {
  readonly ok: false;
  readonly code: FaultCode;
  readonly detail: FaultDetail;
}

/** Turns what was thrown into data. Anything that is not a {@link Fault} is our bug and says so. */
export function failedReply(error: unknown): FailedReply {
  if (error instanceof Fault) return { ok: false, code: error.code, detail: error.detail };
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, code: 'internal.invariant', detail: { reason } };
}

function soapFaultFor(answer: SoapAnswer): SoapFault | undefined {
  if (answer === 'unsent') return undefined;
  return Object.freeze(isSubcode(answer) ? { code: 'Sender', subcode: answer } : { code: answer });
}

function isSubcode(answer: SoapFault['code'] | Subcode): answer is Subcode {
  return answer.includes(':');
}

function describe(code: FaultCode, detail: FaultDetail): string {
  const parts = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? code : `${code} (${parts.join(', ')})`;
}
