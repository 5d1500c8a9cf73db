/** Header blocks put into an envelope that is there already. */
import { Tape, XmlWriter } from '@parley/codec';
import {
  Namespace,
  namespaceOf,
  OctetSink,
  readDocument,
  sameOctets,
  splice,
  uriOfPrefix,
} from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { contentOf, endOf, readEnvelopeShape, SOAP, SOAP_NAMESPACES, startOf } from '@parley/engine/internal';
import { ofOwnEnvelope } from '../soap/own-envelope.ts';

type WriteBlocks = (writer: XmlWriter, soapVersion: SoapVersion) => void;

/** Where header blocks go in an envelope, and how. */
interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether there is a header that they go into. */
  readonly isInside: boolean;
  readonly soapVersion: SoapVersion;
  readonly isPrefixInScope: boolean;
}

/** What an envelope begins with, up to the content of its Header. */
interface Beginning {
  readonly octets: Uint8Array;
  readonly place: Place;
}

/** Longer ones are read each time. */
const BEGINNING_BYTES_MAX = 4096;

/**
 * Puts header blocks into envelopes, before all others. What most of them begin with is known from the one before: an envelope that begins so
 * has its Header there, whatever follows, and is not read. Whether it is one at all, whoever seals it finds out.
 */
export class HeaderBlocks {
  readonly #tape = new Tape();
  readonly #written = new OctetSink();
  #known: Beginning | undefined;

  /**
   * The octets of `envelope` (borrowed), with the header blocks that `write` writes.
   * @throws Fault `caller.envelope-invalid`
   */
  into(envelope: Uint8Array, write: WriteBlocks): Uint8Array {
    const { start, end, isInside, soapVersion, isPrefixInScope } = this.#knownPlace(envelope) ?? this.#read(envelope);
    this.#written.reset();
    const writer = new XmlWriter(this.#written, isPrefixInScope ? [SOAP_NAMESPACES[soapVersion]] : []);
    if (!isInside) writer.open(SOAP[soapVersion].Header);
    write(writer, soapVersion);
    if (!isInside) writer.close();
    const { bytes, length } = this.#written;
    return splice(envelope, [{ start, end, with: bytes.subarray(0, length) }]);
  }

  #knownPlace(envelope: Uint8Array): Place | undefined {
    if (this.#known === undefined) return undefined;
    const { octets, place } = this.#known;
    const { length } = octets;
    return length <= envelope.length && sameOctets(envelope, 0, length, octets, 0, length) ? place : undefined;
  }

  #read(envelope: Uint8Array): Place {
    const place = placeIn(envelope, this.#tape);
    if (place.isInside && place.start <= BEGINNING_BYTES_MAX)
      this.#known = { octets: envelope.slice(0, place.start), place };
    return place;
  }
}

function placeIn(envelope: Uint8Array, tape: Tape): Place {
  const { header, body } = ofOwnEnvelope(() => {
    readDocument(envelope, DEFAULT_LIMITS, tape, 'scan');
    return readEnvelopeShape(tape);
  });
  const soapVersion = namespaceOf(tape, 0) === Namespace.soap11 ? '1.1' : '1.2';
  const { prefix, uri } = SOAP_NAMESPACES[soapVersion];
  const isPrefixInScope = uriOfPrefix(tape, Math.max(header, 0), prefix) === uri;
  const [start, end] = spanIn(tape, header, body);
  return { start, end, isInside: start === end && header >= 0, soapVersion, isPrefixInScope };
}

/** An empty tag is replaced. */
function spanIn(tape: Tape, header: number, body: number): readonly [start: number, end: number] {
  if (header >= 0 && contentOf(tape, header) === endOf(tape, header))
    return [startOf(tape, header), endOf(tape, header)];
  const at = header < 0 ? startOf(tape, body) : contentOf(tape, header);
  return [at, at];
}
