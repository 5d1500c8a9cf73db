/** ValueType of wsse:Reference: whoever writes it says what it leads to, and must be right (BSP 1.1 R3058, R3059). */
import type { Tape } from '@parley/codec';
import { attributeNamed, attributeOctets, isNamed, localName, Namespace, namespaceOf } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { printable, SAML_URIS, TOKEN_TYPES, VERSION_URIS } from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import { attributeIs, attributeValue, startOf } from './claim.ts';

/** What readers of references need of a policy. */
export type ReferenceRules = Pick<Policy, 'limits' | 'allowMixedGenerations' | 'allowMistypedReferences'>;

interface TypedToken {
  readonly namespace: number;
  readonly local: Uint8Array;
  readonly own: readonly Uint8Array[];
  /** Of the same token in the other generation. */
  readonly otherGeneration?: Uint8Array;
}

const { wsc, wsc05, wsse, xenc, saml11, saml20 } = Namespace;
const { '200512': later, '200502': earlier } = VERSION_URIS;

const TOKENS: readonly TypedToken[] = [
  conversationToken(wsc, 'DerivedKeyToken', later.dkt, earlier.dkt),
  conversationToken(wsc05, 'DerivedKeyToken', earlier.dkt, later.dkt),
  conversationToken(wsc, 'SecurityContextToken', later.sct, earlier.sct),
  conversationToken(wsc05, 'SecurityContextToken', earlier.sct, later.sct),
  token(xenc, 'EncryptedKey', TOKEN_TYPES.encryptedKey),
  token(wsse, 'UsernameToken', TOKEN_TYPES.usernameToken),
  // interop: WSS4J writes the type of a KeyIdentifier into references, too.
  token(saml11, 'Assertion', SAML_URIS['1.1'].tokenType, SAML_URIS['1.1'].keyIdentifier),
  token(saml20, 'Assertion', SAML_URIS['2.0'].tokenType, SAML_URIS['2.0'].keyIdentifier),
];

const BINARY_SECURITY_TOKEN = localName('BinarySecurityToken');
const VALUE_TYPE = localName('ValueType');
const SHOWN_CHARACTERS_MAX = 128;

/**
 * Refuses a reference with the attribute `valueType` (-1 for none) that leads to a token of another type; what is no token is
 * refused elsewhere.
 * @throws Fault `peer.ref-type-forbidden`; `peer.structure-invalid` the type of the other generation
 */
export function requireValueType(tape: Tape, valueType: number, target: number, rules: ReferenceRules): void {
  if (valueType < 0 || target < 0) return;
  const types = typesOf(tape, target);
  if (types === undefined || types.own.some((type) => attributeIs(tape, valueType, type))) return;
  const { otherGeneration } = types;
  if (otherGeneration === undefined || !attributeIs(tape, valueType, otherGeneration)) {
    if (!rules.allowMistypedReferences) throw mistyped(tape, valueType, target);
  } else if (!rules.allowMixedGenerations)
    throw new Fault('peer.structure-invalid', {
      reason: 'ValueType and token are of two generations',
      offset: startOf(tape, target),
      option: 'allowMixedGenerations',
    });
}

/** What a reference to `target` may say that it is; `undefined` for anything. */
function typesOf(tape: Tape, target: number): Pick<TypedToken, 'own' | 'otherGeneration'> | undefined {
  if (isNamed(tape, target, wsse, BINARY_SECURITY_TOKEN)) {
    const own = attributeNamed(tape, target, Namespace.none, VALUE_TYPE);
    if (own < 0) return undefined;
    const { bytes, start, end } = attributeOctets(tape, own);
    return { own: [bytes.subarray(start, end)] };
  }
  const uri = namespaceOf(tape, target);
  return TOKENS.find(({ namespace, local }) => namespace === uri && isNamed(tape, target, namespace, local));
}

function mistyped(tape: Tape, valueType: number, target: number): Fault {
  return new Fault('peer.ref-type-forbidden', {
    reason: 'not the ValueType of the token',
    valueType: printable(attributeValue(tape, valueType, SHOWN_CHARACTERS_MAX)),
    offset: startOf(tape, target),
    option: 'allowMistypedReferences',
  });
}

function token(namespace: number, local: string, ...types: readonly string[]): TypedToken {
  return { namespace, local: localName(local), own: types.map(localName) };
}

function conversationToken(namespace: number, local: string, own: string, other: string): TypedToken {
  return { ...token(namespace, local, own), otherGeneration: localName(other) };
}
