/** The legs of a negotiation as its Authenticator covers them (WS-Trust §9.5). */
import { Tape } from '@parley/codec';
import {
  canonicalise,
  E,
  ELEMENT_WORDS,
  firstChild,
  isNamed,
  localName,
  namespaceOf,
  nextSibling,
  OctetSink,
  scan,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { readEnvelopeShape } from '@parley/engine/internal';

const REQUESTED_SECURITY_TOKEN = localName('RequestedSecurityToken');
const REQUESTED_PROOF_TOKEN = localName('RequestedProofToken');
const LEG_BYTES_MAX = 65_536;

/** A leg: the RST or RSTR `element`. @throws Fault `peer.limit-cost` too long */
export function legOctets(tape: Tape, element: number): Uint8Array {
  const out = new OctetSink(1024);
  out.reset(LEG_BYTES_MAX);
  canonicalise(tape, element, out);
  out.checkSize();
  return out.take();
}

/** The one child of a proven Body, as it was received. */
export function legInBody(body: Uint8Array, limits: Limits): Uint8Array {
  const tape = new Tape();
  scan(body, limits, tape);
  return legOctets(tape, firstChild(tape, 0));
}

/** A leg of ours: the one child of the Body of an envelope that is not sealed yet. */
export function legInEnvelope(envelope: Uint8Array): Uint8Array {
  const tape = new Tape();
  scan(envelope, DEFAULT_LIMITS, tape);
  return legOctets(tape, firstChild(tape, readEnvelopeShape(tape).body));
}

/** The last leg, without the token and the proof of it. What it left out changes nothing around it in exclusive form. */
export function lastLeg(octets: Uint8Array, limits: Limits): Uint8Array {
  const tape = new Tape();
  scan(octets, limits, tape);
  const out = new OctetSink(octets.length);
  let from = 0;
  for (let child = firstChild(tape, 0); child >= 0; child = nextSibling(tape, child)) {
    if (!isLeftOut(tape, child)) continue;
    const [start, end] = rangeOf(tape, child);
    out.write(octets, from, start);
    from = end;
  }
  out.write(octets, from, octets.length);
  return out.take();
}

function isLeftOut(tape: Tape, child: number): boolean {
  const namespace = namespaceOf(tape, 0);
  return (
    isNamed(tape, child, namespace, REQUESTED_SECURITY_TOKEN) || isNamed(tape, child, namespace, REQUESTED_PROOF_TOKEN)
  );
}

function rangeOf({ elements }: Tape, element: number): readonly [start: number, end: number] {
  const at = element * ELEMENT_WORDS;
  return [elements[at + E.start] ?? 0, elements[at + E.end] ?? 0];
}
