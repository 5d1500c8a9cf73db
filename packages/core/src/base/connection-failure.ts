/** What the codes mean that a connection fails with, of the system, of TLS and of clients. */
const MEANINGS: readonly (readonly [code: RegExp, meaning: string])[] = [
  [/^ECONNREFUSED$/, 'nobody listens there'],
  [/^ENOTFOUND$/, 'there is no such host'],
  [/^EAI_AGAIN$/, 'names of hosts cannot be looked up'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'no way leads there'],
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'no answer in time'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the other side closed the connection'],
  [/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/, 'the other side speaks no TLS'],
  [/^(ERR_SSL_|ERR_TLS_HANDSHAKE)/, 'the handshake of TLS failed'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'its certificate is not valid now'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'its certificate is of another host'],
  [/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_)/, 'its certificate is not trusted'],
  [/^HPE_/, 'the other side speaks no HTTP'],
  [/^LOGIN_REFUSED$/, 'another user or password'],
];

/** What clients say without a code, by the code that the system has for it. */
const SENTENCES: readonly (readonly [sentence: RegExp, code: string])[] = [
  [/authori[sz]ation violation|authenticat|access.refused|login was refused/i, 'LOGIN_REFUSED'],
  [/before secure TLS connection was established/i, 'ECONNRESET'],
  [/does not support (SSL|TLS)/i, 'EPROTO'],
  [/\btime(d ?)?[ -]?out\b/i, 'ETIMEDOUT'],
  [/closed|terminated|ended|hang up|disconnect/i, 'ECONNRESET'],
];

/** Clients wrap what the socket said, and each other. */
const WRAPPED_IN = ['cause', 'originalError', 'error'] as const;
const DEPTH_MAX = 8;

/** Why there is no connection. */
export interface ConnectionFailure {
  readonly code: string;
  readonly meaning: string;
}

/**
 * What is known of an error of a client that did not connect, or lost its connection; `undefined` for anything else.
 * safety: what clients write themselves is not in it; there may be an address with a password in that.
 */
export function connectionFailure(error: unknown): ConnectionFailure | undefined {
  const causes = causesOf(error, DEPTH_MAX);
  const codes = [...causes.flatMap(codesIn), ...causes.flatMap(saidBy)];
  for (const code of codes) {
    const meaning = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
    if (meaning !== undefined) return { code, meaning };
  }
  return undefined;
}

/** The same as one text. */
export function connectionReason(error: unknown): string | undefined {
  const failure = connectionFailure(error);
  return failure && `${failure.code}: ${failure.meaning}`;
}

/** The error, what it wraps, and so on, the outermost first. */
function causesOf(error: unknown, depth: number): readonly Readonly<Record<string, unknown>>[] {
  if (typeof error !== 'object' || error === null || depth === 0) return [];
  const outer = error as Readonly<Record<string, unknown>>;
  // Of several addresses of a host, each has failed.
  const several: readonly unknown[] = Array.isArray(outer['errors']) ? outer['errors'] : [];
  const inner = [...WRAPPED_IN.map((name) => outer[name]), ...several];
  return [outer, ...inner.flatMap((each) => causesOf(each, depth - 1))];
}

function codesIn({ code, message }: Readonly<Record<string, unknown>>): readonly string[] {
  const inMessage = typeof message === 'string' ? (/\bE[A-Z]{4,}\b/.exec(message) ?? []) : [];
  return typeof code === 'string' ? [code, ...inMessage] : inMessage;
}

function saidBy({ message }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof message !== 'string') return [];
  return SENTENCES.filter(([sentence]) => sentence.test(message)).map(([, code]) => code);
}
