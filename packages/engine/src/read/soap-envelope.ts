/**
 * Envelope = Header?, Body — in that order and nothing else (SOAP 1.1 §4, SOAP 1.2 §5).
 *
 * What the message says about addressing is read here too, because security decides by position: only a direct child
 * of the Header is a header.
 */

import type { Tape } from '@parley/codec';
import {
  attributeNamed,
  attributeText,
  firstChild,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceOf,
  namespaceUriOf,
  nextSibling,
} from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import { attributeIs, childCount, requireElementOnly } from '../claims/claim.ts';
import { notThere, structureInvalid } from '../claims/shape-refusals.ts';
import { ADDRESSING_NAMES } from '../message/addressing-names.ts';
import type { HeaderName } from '../message/header-name.ts';
import { isNamedAmong } from '../message/header-name.ts';
import { isNext, isTrue, roleMeant, roleOfBlock } from '../message/header-routing.ts';
import { refusedBy } from '../policy/refused-by.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const {
  soap11: IN_SOAP11,
  soap12: IN_SOAP12,
  wsa: IN_WSA,
  wsa04: IN_WSA04,
  wsse: IN_WSSE,
  wsse11: IN_WSSE11,
  xenc: IN_XENC,
} = Namespace;

/** Element indexes; -1 where the message has none. */
export interface EnvelopeShape {
  readonly soap: typeof Namespace.soap11 | typeof Namespace.soap12;
  readonly header: number;
  readonly body: number;
}

export interface SoapEnvelope extends EnvelopeShape {
  readonly security: number;
  /** wsa headers by the place of their name in {@link ADDRESSING_NAMES}. */
  readonly addressing: readonly number[];
  /** xenc:EncryptedData for us that stands for a header block: as the block itself, or in wsse11:EncryptedHeader. */
  readonly encryptedHeaders: readonly number[];
  /** Mandatory blocks for us that the application understands. */
  readonly understood: readonly number[];
}

/** How header blocks are read. */
export interface HeaderBlockOptions {
  /**
   * A receiver refuses mandatory blocks that it does not know, and acts as `next`, too: a Security header for `next` is its
   * own if there is no other for it. Beside another one it is not read, and refused if it is mandatory.
   */
  readonly refuseUnknown: boolean;
  /** Default: any number. */
  readonly headerBlocksMax?: number | undefined;
  /** What the application knows beside us. */
  readonly understoodHeaders?: readonly HeaderName[] | undefined;
  /** The actor or role in which we act; without one, or with that of the ultimate receiver, we are the last receiver. */
  readonly role?: string | undefined;
}

const NAMES = ADDRESSING_NAMES.map(localName);
const ENVELOPE = localName('Envelope');
const HEADER = localName('Header');
const BODY = localName('Body');
const SECURITY = localName('Security');
const ENCRYPTED_HEADER = localName('EncryptedHeader');
const ENCRYPTED_DATA = localName('EncryptedData');
const MUST_UNDERSTAND = localName('mustUnderstand');
const ONE = localName('1');

/**
 * Reads the outer shape: Envelope, Header, Body.
 *
 * @throws Fault `peer.soap-version-mismatch` another envelope namespace; `peer.structure-invalid` another shape.
 */
export function readEnvelopeShape(tape: Tape): EnvelopeShape {
  const soap = namespaceOf(tape, 0);
  if (!isNamed(tape, 0, soap, ENVELOPE)) throw structureInvalid(tape, 0, 'the root is not soap:Envelope');
  if (soap !== IN_SOAP11 && soap !== IN_SOAP12) throw new Fault('peer.soap-version-mismatch');
  requireElementOnly(tape, 0, 'soap:Envelope');
  let child = firstChild(tape, 0);
  let header = -1;
  if (child >= 0 && isNamed(tape, child, soap, HEADER)) {
    header = child;
    requireElementOnly(tape, header, 'soap:Header');
    child = nextSibling(tape, child);
  }
  if (child < 0 || !isNamed(tape, child, soap, BODY)) throw notThere(tape, child, soap, BODY, 0, 'soap:Body');
  const body = child;
  if (nextSibling(tape, body) >= 0) throw structureInvalid(tape, nextSibling(tape, body), 'an element after soap:Body');
  return { soap, header, body };
}

/**
 * Reads the header blocks: the one Security header for us, the addressing headers, and what is encrypted for us.
 *
 * @throws Fault `peer.structure-invalid` a header twice, or another content of wsse11:EncryptedHeader;
 * `peer.must-understand` a mandatory header we do not know; `peer.limit-nodes` more blocks than are read.
 */
export function readHeaderBlocks(tape: Tape, shape: EnvelopeShape, options: HeaderBlockOptions): SoapEnvelope {
  const { refuseUnknown, understoodHeaders = NO_NAMES, headerBlocksMax = Number.POSITIVE_INFINITY } = options;
  const role = roleMeant(options.role);
  const { soap } = shape;
  const addressing = [-1, -1, -1, -1, -1, -1, -1];
  let encryptedHeaders: number[] | undefined;
  let understood: number[] | undefined;
  let security = -1;
  let nextSecurity = -1;
  let blockCount = 0;
  for (
    let block = shape.header < 0 ? -1 : firstChild(tape, shape.header);
    block >= 0;
    block = nextSibling(tape, block)
  ) {
    if (++blockCount > headerBlocksMax) throw tooManyBlocks(tape, shape.header, headerBlocksMax);
    const namespace = namespaceOf(tape, block);
    if (namespace === IN_WSA || namespace === IN_WSA04) {
      const place = addressingPlace(tape, block, namespace);
      if (place >= 0) {
        if (addressing[place]! >= 0) throw structureInvalid(tape, block, `wsa:${ADDRESSING_NAMES[place]} twice`);
        addressing[place] = block;
      }
    } else if (isNamed(tape, block, IN_WSSE, SECURITY)) {
      const meant = roleOfBlock(tape, block, soap);
      if (meant === role) security = once(tape, block, security);
      else if (refuseUnknown && isNext(meant)) nextSecurity = once(tape, block, nextSecurity);
    } else if (isEncryptedBlock(tape, block) && isForUsOrNext(tape, block, soap, role)) {
      encryptedHeaders ??= [];
      encryptedHeaders.push(encryptedDataOf(tape, block));
    } else if (refuseUnknown && isMandatory(tape, block, soap) && isForUsOrNext(tape, block, soap, role)) {
      if (!isNamedAmong(tape, block, understoodHeaders))
        throw refusedBy('understoodHeaders', 'peer.must-understand', headerText(tape, block));
      understood ??= [];
      understood.push(block);
    }
  }
  if (security < 0) security = nextSecurity;
  else if (nextSecurity >= 0 && isMandatory(tape, nextSecurity, soap))
    throw new Fault('peer.must-understand', headerText(tape, nextSecurity));
  // perf: object spread costs more than reading all header blocks does.
  return {
    soap,
    header: shape.header,
    body: shape.body,
    security,
    addressing,
    encryptedHeaders: encryptedHeaders ?? NONE,
    understood: understood ?? NONE,
  };
}

// perf: most messages have none.
const NONE: readonly number[] = [];
const NO_NAMES: readonly HeaderName[] = [];

const NAME_CHARACTERS_MAX = 128;

function headerText(tape: Tape, block: number): { readonly header: string; readonly namespace: string } {
  const header = localNameOf(tape, block).slice(0, NAME_CHARACTERS_MAX);
  const namespace = namespaceUriOf(tape, block).slice(0, NAME_CHARACTERS_MAX);
  return { header, namespace };
}

function isEncryptedBlock(tape: Tape, block: number): boolean {
  return isNamed(tape, block, IN_WSSE11, ENCRYPTED_HEADER) || isNamed(tape, block, IN_XENC, ENCRYPTED_DATA);
}

/** spec: WSS 1.1 §9.3 wraps EncryptedData in EncryptedHeader, WSS 1.0 put it in the place of the block. */
function encryptedDataOf(tape: Tape, block: number): number {
  if (namespaceOf(tape, block) === IN_XENC) return block;
  requireElementOnly(tape, block, 'wsse11:EncryptedHeader');
  const data = firstChild(tape, block);
  if (data < 0 || !isNamed(tape, data, IN_XENC, ENCRYPTED_DATA) || nextSibling(tape, data) >= 0) {
    throw structureInvalid(tape, block, 'not one xenc:EncryptedData in wsse11:EncryptedHeader');
  }
  return data;
}

/** Place of a wsa header in {@link ADDRESSING_NAMES}, or -1. */
function addressingPlace(tape: Tape, block: number, namespace: number): number {
  for (let place = 0; place < NAMES.length; place++) if (isNamed(tape, block, namespace, NAMES[place]!)) return place;
  return -1;
}

/** Whether the receiver may not pass over a block. */
export function isMandatory(tape: Tape, block: number, soap: number): boolean {
  const attribute = attributeNamed(tape, block, soap, MUST_UNDERSTAND);
  // perf: mostly it is `1`.
  return attribute >= 0 && (attributeIs(tape, attribute, ONE) || isTrue(attributeText(tape, attribute)));
}

function isForUsOrNext(tape: Tape, block: number, soap: number, role: string | undefined): boolean {
  const meant = roleOfBlock(tape, block, soap);
  return meant === role || isNext(meant);
}

function tooManyBlocks(tape: Tape, header: number, most: number): Fault {
  return limitFault('peer.limit-nodes', 'headerBlocksMax', most, childCount(tape, header));
}

function once(tape: Tape, block: number, seen: number): number {
  if (seen >= 0) throw structureInvalid(tape, block, 'wsse:Security twice');
  return block;
}

/** The actors or roles whose Security headers a message has, for people. */
export function securityRoles(tape: Tape, { header, soap }: EnvelopeShape): readonly string[] {
  const roles: string[] = [];
  for (let block = header < 0 ? -1 : firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) {
    if (isNamed(tape, block, IN_WSSE, SECURITY)) roles.push(roleOfBlock(tape, block, soap) ?? 'the last receiver');
  }
  return roles;
}
