import type { Tape } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import { decodeBase64Text } from '@parley/core/internal';
import { attributeIn, childNamed, childrenOf, idOf, textIn } from './element-text.ts';
import type { MessageIds } from './message-ids.ts';

/** One step from a key towards the secret it comes from, as the message claims it. */
export type KeyStep =
  | { readonly kind: 'derived'; readonly id: string | undefined; readonly derivation: DerivationClaim }
  | { readonly kind: 'context'; readonly identifier: string | undefined; readonly instance: string | undefined }
  | { readonly kind: 'unknown'; readonly reference: string };

/** The parameters of a derivation; texts as they stand, because they may be wrong. */
export interface DerivationClaim {
  readonly offset: string | undefined;
  readonly generation: string | undefined;
  readonly length: string | undefined;
  readonly label: string | undefined;
  readonly nonceBytes: number | undefined;
  /** By attributes of the reference instead of a DerivedKeyToken. */
  readonly implied: boolean;
}

// A loop is a refusal; here it must only end.
const STEPS_MAX = 8;
const CONVERSATIONS = [Namespace.wsc, Namespace.wsc05] as const;
const TOKEN = localName('SecurityContextToken');
const DERIVED = localName('DerivedKeyToken');

/** The steps from the SecurityTokenReference in `parent` (ds:KeyInfo, DerivedKeyToken) to the context. */
export function describeKey(tape: Tape, ids: MessageIds, parent: number): readonly KeyStep[] {
  const steps: KeyStep[] = [];
  let holder = parent;
  while (steps.length < STEPS_MAX) {
    const reference = childNamed(tape, holder, Namespace.wsse, 'SecurityTokenReference');
    if (reference < 0) {
      const [first] = childrenOf(tape, holder);
      return [
        ...steps,
        { kind: 'unknown', reference: first === undefined ? 'nothing' : 'not a wsse:SecurityTokenReference' },
      ];
    }
    const implied = impliedDerivation(tape, reference);
    if (implied !== undefined) steps.push({ kind: 'derived', id: undefined, derivation: implied });
    const named = childNamed(tape, reference, Namespace.wsse, 'Reference');
    const uri = attributeIn(tape, named, 'URI');
    const target = ids.meantBy(named).element;
    if (target >= 0 && isConversation(tape, target, DERIVED)) {
      steps.push({ kind: 'derived', id: idOf(tape, target), derivation: describeDerivation(tape, target) });
      holder = target;
    } else {
      return [...steps, lastStep(tape, named, uri, target)];
    }
  }
  return steps;
}

function lastStep(tape: Tape, named: number, uri: string | undefined, target: number): KeyStep {
  if (target >= 0 && isConversation(tape, target, TOKEN)) return { kind: 'context', ...describeToken(tape, target) };
  if (uri === undefined || uri.startsWith('#')) return { kind: 'unknown', reference: uri ?? 'no wsse:Reference' };
  const instance = CONVERSATIONS.map((uriId) => attributeIn(tape, named, 'Instance', uriId)).find(
    (text) => text !== undefined,
  );
  return { kind: 'context', identifier: uri, instance };
}

/** Identifier and Instance of a SecurityContextToken. */
export function describeToken(
  tape: Tape,
  element: number,
): { identifier: string | undefined; instance: string | undefined } {
  return {
    identifier: conversationText(tape, element, 'Identifier'),
    instance: conversationText(tape, element, 'Instance'),
  };
}

/** The parameters of a DerivedKeyToken. */
export function describeDerivation(tape: Tape, element: number): DerivationClaim {
  return {
    offset: conversationText(tape, element, 'Offset'),
    generation: conversationText(tape, element, 'Generation'),
    length: conversationText(tape, element, 'Length'),
    label: conversationText(tape, element, 'Label'),
    nonceBytes: base64Bytes(conversationText(tape, element, 'Nonce')),
    implied: false,
  };
}

function impliedDerivation(tape: Tape, reference: number): DerivationClaim | undefined {
  for (const uri of CONVERSATIONS) {
    const nonce = attributeIn(tape, reference, 'Nonce', uri);
    if (nonce === undefined) continue;
    const length = attributeIn(tape, reference, 'Length', uri);
    return {
      offset: undefined,
      generation: undefined,
      length,
      label: undefined,
      nonceBytes: base64Bytes(nonce),
      implied: true,
    };
  }
  return undefined;
}

function conversationText(tape: Tape, element: number, local: string): string | undefined {
  return CONVERSATIONS.map((uri) => textIn(tape, childNamed(tape, element, uri, local))).find(
    (text) => text !== undefined,
  );
}

function isConversation(tape: Tape, element: number, local: Uint8Array): boolean {
  return CONVERSATIONS.some((uri) => isNamed(tape, element, uri, local));
}

function base64Bytes(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : decodeBase64Text(text).length;
  } catch {
    return undefined;
  }
}
