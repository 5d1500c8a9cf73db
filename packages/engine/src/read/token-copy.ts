/**
 * interop: CXF 2.6 puts the SecurityContextToken of the Security header, wsu:Id and all, into the request that renews or cancels it.
 */
import type { Tape } from '@parley/codec';
import {
  bytesEqual,
  canonicalise,
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
  OctetSink,
  parentOf,
} from '@parley/codec/internal';
import type { EnvelopeShape } from './soap-envelope.ts';

const SECURITY = localName('Security');
const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const REQUEST = localName('RequestSecurityToken');
const TARGETS = [localName('RenewTarget'), localName('CancelTarget')];

/** WS-SecureConversation by the WS-Trust of its generation. */
const CONVERSATION_OF = new Map<number, number>([
  [Namespace.wst, Namespace.wsc],
  [Namespace.wst05, Namespace.wsc05],
]);

/**
 * Whether `copy` is a SecurityContextToken of a Security header, octet for octet, and all that RenewTarget or CancelTarget of
 * the one request in the Body holds. Both then say the same, and references mean the `original`, which comes first.
 */
export function isTokenCopy(tape: Tape, { header, body }: EnvelopeShape, original: number, copy: number): boolean {
  const target = parentOf(tape, copy);
  const request = target < 0 ? -1 : parentOf(tape, target);
  if (request < 0 || !isOnlyChildOf(tape, request, body) || !isOnlyChildOf(tape, copy, target)) return false;
  const trust = namespaceOf(tape, request);
  const conversation = CONVERSATION_OF.get(trust);
  if (conversation === undefined || !isNamed(tape, request, trust, REQUEST)) return false;
  if (!TARGETS.some((name) => isNamed(tape, target, trust, name))) return false;
  const isToken = (element: number): boolean => isNamed(tape, element, conversation, SECURITY_CONTEXT_TOKEN);
  return isToken(copy) && isToken(original) && isInSecurity(tape, original, header) && isEqual(tape, original, copy);
}

function isOnlyChildOf(tape: Tape, element: number, parent: number): boolean {
  return firstChild(tape, parent) === element && nextSibling(tape, element) < 0;
}

function isInSecurity(tape: Tape, token: number, header: number): boolean {
  const security = parentOf(tape, token);
  return isNamed(tape, security, Namespace.wsse, SECURITY) && parentOf(tape, security) === header;
}

function isEqual(tape: Tape, left: number, right: number): boolean {
  const canonical = new OctetSink(CANONICAL_BYTES);
  canonicalise(tape, left, canonical);
  const middle = canonical.length;
  canonicalise(tape, right, canonical);
  return bytesEqual(canonical.bytes, middle, canonical.length, canonical.bytes.subarray(0, middle));
}

const CANONICAL_BYTES = 1024;
