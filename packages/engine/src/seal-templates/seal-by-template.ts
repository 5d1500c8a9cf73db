/**
 * Seals an envelope that a template knows.
 *
 * The contract: *what goes out is octet for octet what the whole way makes of the same envelope, request, time and chance.* What a template does
 * not know goes the whole way, before anything is drawn (docs/decisions/0057-seal-templates.md).
 */
import { octetMatcher } from '@parley/codec/internal';
import type { KeyInstance, Secret, SecurityContext } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { INSTANT_MS } from '@parley/core/internal';
import { Workspace } from '../memory/workspace.ts';
import type { SealedMessage, SealRequest } from '../seal/request.ts';
import { ID_PREFIX } from '../seal/request-shape.ts';
import { requireConsistent } from '../seal/rules.ts';
import type { AnySealRequest } from '../seal/seal.ts';
import { usableKey } from '../seal/symmetric-keys.ts';
import { LearningCredit } from '../templates/learning-credit.ts';
import { printsOfTaken } from '../templates/print.ts';
import { TemplateShelf } from '../templates/template-shelf.ts';
import { sealTemplateOf } from './learn-sealed.ts';
import { RequestForm } from './request-form.ts';
import type { SealTemplate } from './seal-template.ts';
import { sealBy } from './seal-template.ts';

/** Forms of requests that are kept for a context, the one that was used last first. */
const FORMS_MAX = 8;
/** Contexts for which any are kept. */
const CONTEXTS_MAX = 64;
/** A context under which one of so many messages was sealed, times their number, is in use: no other takes its place. */
const ROUNDS_IN_USE = 16;

/** Templates for requests of one form. */
interface FormShelf {
  readonly form: RequestForm;
  readonly shelf: TemplateShelf<SealTemplate>;
  /** The context that was judged last, and what it held then: whose it is may change it. */
  context: SecurityContext;
  secrets: readonly Secret[];
}

interface ContextForms {
  readonly forms: FormShelf[];
  /** The number of the message that was sealed under it last. */
  usedAt: number;
}

/** Those of a workspace. Contexts come and go, and each has forms of its own: what one may cost is not granted anew to the next. */
interface FormShelves {
  /** By its identifier; least recently used first. */
  readonly ofContexts: Map<string, ContextForms>;
  readonly credit: LearningCredit;
  /** Messages that were looked for. */
  count: number;
}

const shelves = new WeakMap<Workspace, FormShelves>();

/** A request that a template may know. */
interface KnowableRequest extends SealRequest {
  readonly workspace: Workspace;
}

/**
 * `undefined`: it is to be sealed the whole way. The request need not have been judged.
 * @throws Fault `caller.context-unusable`, `caller.callback-failed`
 */
export function sealByTemplate(envelope: Uint8Array, request: AnySealRequest): SealedMessage | undefined {
  const known = judged(request);
  if (known === undefined || envelope.length > DEFAULT_LIMITS.messageBytesMax || !octetMatcher.take(envelope))
    return undefined;
  const { form, shelf, asked } = known;
  try {
    const template = shelf.find(({ octets }) => octets.matches(envelope), printsOfTaken);
    const key = template && usableKey(asked);
    if (key === undefined || template === undefined || !form.isUnder(key)) return undefined;
    const sealed = sealBy(template, envelope, asked, key);
    if (sealed !== undefined) asked.workspace.templates.sealed++;
    return sealed;
  } finally {
    octetMatcher.drop();
  }
}

/** The shelf that may have a template for a request which is as good as the first of its form. */
function judged(
  request: AnySealRequest,
): (Pick<FormShelf, 'form' | 'shelf'> & { readonly asked: KnowableRequest }) | undefined {
  try {
    if (!isKnowable(request)) return undefined;
    const found = shelfOf(request);
    if (found === undefined || found.shelf.isEmpty) return undefined;
    const { context } = request;
    if (found.context !== context || !hasSecrets(context, found.secrets)) {
      requireConsistent(request);
      found.context = context;
      found.secrets = secretsOf(context);
    }
    return { form: found.form, shelf: found.shelf, asked: request };
  } catch {
    // What may not even be looked at is refused the whole way.
    return undefined;
  }
}

function secretsOf({ keys }: SecurityContext): readonly Secret[] {
  return keys.map(({ secret }) => secret);
}

function hasSecrets({ keys }: SecurityContext, secrets: readonly Secret[]): boolean {
  return keys.length === secrets.length && keys.every(({ secret }, index) => secret === secrets[index]);
}

/** Notes an envelope that was sealed the whole way, and makes a template if it is time for one. */
export function noteSealed(envelope: Uint8Array, request: AnySealRequest): void {
  if (!isKnowable(request) || request.workspace.tape.bytes !== envelope) return;
  const key = usableKey(request);
  const found = shelfOf(request) ?? newShelf(request, key);
  if (found?.form.isUnder(key) !== true) return;
  const { tape, templates } = request.workspace;
  if (found.shelf.learn(tape, (body) => sealTemplateOf(envelope, request, key, body))) templates.learned++;
}

function newShelf(request: KnowableRequest, key: KeyInstance): FormShelf | undefined {
  const { context, workspace } = request;
  const { ofContexts, credit, count } = shelvesOf(workspace);
  const known = ofContexts.get(context.identifier);
  // perf: of more contexts than there is room for, in turn, each would take the place of the one that comes next.
  const [oldest] = known === undefined && ofContexts.size >= CONTEXTS_MAX ? ofContexts : [];
  if (oldest !== undefined && count - oldest[1].usedAt <= ROUNDS_IN_USE * CONTEXTS_MAX) return undefined;
  const form = RequestForm.of(request, key);
  if (form === undefined) return undefined;
  if (oldest !== undefined) ofContexts.delete(oldest[0]);
  const shelf = new TemplateShelf<SealTemplate>(workspace.templatesMax, credit);
  const made = { form, shelf, context, secrets: secretsOf(context) };
  ofContexts.set(context.identifier, { forms: [made, ...(known?.forms ?? []).slice(0, FORMS_MAX - 1)], usedAt: count });
  return made;
}

/** The shelf for requests like this one, which is the first to be looked at then. */
function shelfOf(request: KnowableRequest): FormShelf | undefined {
  const known = shelvesOf(request.workspace);
  const { identifier } = request.context;
  known.count++;
  const ofContext = known.ofContexts.get(identifier);
  const place = ofContext?.forms.findIndex(({ form }) => form.isOf(request)) ?? -1;
  if (ofContext === undefined || place < 0) return undefined;
  const { forms } = ofContext;
  ofContext.usedAt = known.count;
  known.ofContexts.delete(identifier);
  known.ofContexts.set(identifier, ofContext);
  if (place > 0) forms.unshift(...forms.splice(place, 1));
  return forms[0];
}

function shelvesOf(workspace: Workspace): FormShelves {
  const known = shelves.get(workspace);
  if (known !== undefined) return known;
  const made = { ofContexts: new Map(), credit: new LearningCredit(workspace.templatesMax), count: 0 };
  shelves.set(workspace, made);
  return made;
}

/** Whether nothing in it is beyond what templates know of; the rest of it is the same in all requests of its form. */
function isKnowable(request: AnySealRequest): request is KnowableRequest {
  if (!('context' in request)) return false;
  const { workspace, atMs, timestampLifetimeMs, fillRandom, idPrefix, tokenId } = request;
  return (
    workspace instanceof Workspace &&
    workspace.templatesMax > 0 &&
    typeof fillRandom === 'function' &&
    INSTANT_MS.misfit(atMs) === undefined &&
    INSTANT_MS.misfit(atMs + timestampLifetimeMs) === undefined &&
    (idPrefix === undefined || ID_PREFIX.misfit(idPrefix) === undefined) &&
    // An Id of the caller's may be one that would be new.
    (tokenId === undefined || !tokenId.startsWith(idPrefix ?? '_'))
  );
}
