/** What a SignatureValue is of: which octets of ds:SignedInfo, which algorithm, and which key of those that may be meant. */
import type { MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { MAC_ALGORITHMS, SIGNATURE_ALGORITHMS, verify, withWholeHalves } from '@parley/core/internal';
import type { PublicResolvedKey, ResolvedKey, SymmetricResolvedKey } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { WireDerivation } from '../message/wire-derivation.ts';
import { isSecret } from '../plan/planned-key.ts';
import type { Subject, Variant } from './variants.ts';
import { asSaid, deviating, otherForms } from './variants.ts';

/** What was signed otherwise than the message says. All that is `undefined` is as the message says. */
export interface ValueCause extends Variant {
  /** Another algorithm, by its short name. */
  readonly algorithm: string | undefined;
  /** Another key of the context that was renewed: its Instance, empty for the first one, which has none. */
  readonly instance: string | undefined;
  /** The key itself, in place of one that is derived from it; or a derived one that is so many octets long. */
  readonly derivation: 'none' | number | undefined;
}

export interface ValueQuestion extends Subject {
  readonly algorithm: MacAlgorithm | SignatureAlgorithm;
  readonly value: Uint8Array;
  readonly resolved: ResolvedKey;
  readonly workspace: Workspace;
}

/** A key that may have made the value, and whether it did so by `algorithm` over `octets`. */
interface Attempt extends Pick<ValueCause, 'instance' | 'derivation'> {
  readonly made: (octets: Uint8Array, algorithm: MacAlgorithm | SignatureAlgorithm) => boolean;
}

const AS_SAID = { algorithm: undefined, instance: undefined, derivation: undefined } as const;
/** Of the suites, and what peers take for it. */
const DERIVED_LENGTHS_BYTES: readonly number[] = [16, 20, 24, 32, 64];

/** Whether the value is right, by that key and of these octets. */
export function isRightValue(question: ValueQuestion): boolean {
  return attemptOf(question, question.resolved).made(asSaid(question).octets, question.algorithm);
}

/** The likeliest cause that gives the sender's value; `undefined` if none of those that are known does. */
export function valueCauseOf(question: ValueQuestion): ValueCause | undefined {
  const { algorithm, resolved } = question;
  const said = asSaid(question);
  const own = attemptOf(question, resolved);
  for (const other of algorithm.kind === 'mac' ? MAC_ALGORITHMS : SIGNATURE_ALGORITHMS)
    if (own.made(said.octets, other)) return { ...said, ...AS_SAID, algorithm: other.name };
  const forms = [said, ...otherForms(question)];
  for (const { made, ...key } of otherKeys(question))
    for (const form of forms) if (made(form.octets, algorithm)) return { ...form, ...AS_SAID, ...key };
  for (const form of forms) if (own.made(form.octets, algorithm)) return { ...form, ...AS_SAID };
  for (const form of forms)
    for (const variant of deviating(form)) if (own.made(variant.octets, algorithm)) return { ...variant, ...AS_SAID };
  return undefined;
}

function attemptOf(question: ValueQuestion, resolved: ResolvedKey): Attempt {
  return isSecret(resolved) ? macAttempt(question, resolved.key) : publicAttempt(question, resolved);
}

function publicAttempt({ value }: ValueQuestion, { publicKey }: PublicResolvedKey): Attempt {
  return {
    ...AS_SAID,
    made: (octets, algorithm) =>
      algorithm.kind === 'signature' &&
      algorithm.family === publicKey.family &&
      verify(algorithm, publicKey, octets, withWholeHalves(publicKey, value)),
  };
}

function macAttempt(
  { value }: ValueQuestion,
  key: SymmetricResolvedKey['key'],
  other: Partial<Pick<ValueCause, 'instance' | 'derivation'>> = {},
): Attempt {
  return {
    ...AS_SAID,
    ...other,
    made: (octets, algorithm) => algorithm.kind === 'mac' && key.macKey(algorithm).verify(octets, value),
  };
}

/** Other keys of the same origin: of a renewed context, derived to another length, and not derived at all. */
function* otherKeys(question: ValueQuestion): Generator<Attempt> {
  const { resolved, workspace } = question;
  if (!isSecret(resolved) || resolved.source !== 'context') return;
  const { context, instance: meant, derivations } = resolved;
  const ways = derivationsLike(derivations);
  for (const base of [meant, ...context.keys.filter((key) => key !== meant)]) {
    const instance = base === meant ? undefined : (base.instance ?? '');
    for (const { derivation, chain } of ways) {
      if (instance === undefined && derivation === undefined) continue;
      yield macAttempt(question, workspace.keys.derived(base, chain), { instance, derivation });
    }
  }
}

interface Way extends Pick<ValueCause, 'derivation'> {
  readonly chain: readonly WireDerivation[];
}

function derivationsLike(derivations: readonly WireDerivation[]): readonly Way[] {
  const last = derivations.at(-1);
  if (last === undefined) return [{ derivation: undefined, chain: [] }];
  const others = DERIVED_LENGTHS_BYTES.filter((lengthBytes) => lengthBytes !== last.lengthBytes);
  return [
    { derivation: undefined, chain: derivations },
    { derivation: 'none', chain: [] },
    ...others.map((lengthBytes) => ({
      derivation: lengthBytes,
      chain: [...derivations.slice(0, -1), { ...last, lengthBytes }],
    })),
  ];
}
