/**
 * A message that was opened in full -> a template of its shape, at the second message of that shape.
 *
 * It is read and planned again by the same readers and the same planner under the same policy, so the plan of the template is
 * `open`'s own. What is not simple has no template: see simple-plan.ts.
 */
import { octetMatcher } from '@parley/codec/internal';
import type { EncryptedPart, OpenedMessage } from '../message/opened-message.ts';
import type { OpenRequest } from '../open/request.ts';
import type { Policy } from '../policy/policy.ts';
import { cipherTemplateOf, encryptedDocument, plainTemplateOf } from './learn-encrypted.ts';
import { hiddenDocument, hiddenTemplateOf, uncoveredTemplateOf } from './learn-hidden.ts';
import { messageTemplateOf } from './learn-message.ts';
import type { CipherTemplate } from './message-template.ts';
import { printsOfTaken } from './print.ts';
import type { KnownRequest, Shelves } from './template-shelf.ts';
import { isKnownRequest, shelvesOf } from './template-shelf.ts';

/** Notes that a message was opened in full, and makes a template if it is time for one. */
export function noteOpened(message: Uint8Array, request: OpenRequest, opened: OpenedMessage): void {
  if (!isKnownRequest(request) || !isCandidate(opened) || !mayHaveTemplates(request.policy)) return;
  const { workspace, policy } = request;
  const shelves = shelvesOf(workspace, policy);
  if (shelves === undefined || workspace.tape.bytes !== message) return;
  const isMade =
    opened.encrypted.length === 0
      ? learn(message, request, shelves)
      : learnBoth(message, request, shelves, isSignatureHidden(opened.encrypted));
  if (isMade) workspace.templates.learned++;
}

/** A first look, which nothing rests on. */
function isCandidate({ identifier, encrypted, signatureValues, assertions, user }: OpenedMessage): boolean {
  return (
    identifier !== undefined &&
    encrypted.length - encrypted.filter(isKnowable).length === (isSignatureHidden(encrypted) ? 1 : 0) &&
    signatureValues.length === 1 &&
    assertions.length === 0 &&
    user === undefined
  );
}

function isKnowable({ role, target }: EncryptedPart): boolean {
  return role === 'body' && target === 'content';
}

function isSignatureHidden(encrypted: readonly EncryptedPart[]): boolean {
  return encrypted.some(({ role }) => role === 'signature');
}

/** Whether the policy asks nothing of a message that templates do not know of. */
function mayHaveTemplates({ reader, allowBearerContext, endorsedBy, requireSignatureConfirmation }: Policy): boolean {
  return reader === 'scan' && !allowBearerContext && endorsedBy.length === 0 && !requireSignatureConfirmation;
}

function learn(message: Uint8Array, { workspace, policy }: KnownRequest, { received }: Shelves): boolean {
  const { tape, certificates } = workspace;
  return received.learn(tape, (body) => messageTemplateOf(message, policy, certificates, body));
}

/** The template of what was decrypted, and that of what it came in unless there is one. */
function learnBoth(
  message: Uint8Array,
  { workspace, policy }: KnownRequest,
  { received, decrypted }: Shelves,
  isHidden: boolean,
): boolean {
  const { plainTape, certificates } = workspace;
  const outerOf = (make: () => CipherTemplate): CipherTemplate => {
    const known = knownOuter(message, received);
    if (known !== undefined) return known;
    const outer = make();
    received.keep(outer);
    return outer;
  };
  return decrypted.learn(plainTape, (body) => {
    const plain = plainTape.bytes.slice();
    if (isHidden) {
      const document = hiddenDocument(message, plain, policy, certificates);
      const outer = outerOf(() => hiddenTemplateOf(document, policy));
      return uncoveredTemplateOf(document, { outer, body }, policy);
    }
    const document = encryptedDocument(message, policy, certificates);
    const outer = outerOf(() => cipherTemplateOf(document, policy));
    return plainTemplateOf(plain, document, { outer, body }, policy);
  });
}

function knownOuter(message: Uint8Array, received: Shelves['received']): CipherTemplate | undefined {
  try {
    if (!octetMatcher.take(message)) return undefined;
    const known = received.find((one) => one.kind === 'cipher' && one.octets.matches(message), printsOfTaken);
    return known?.kind === 'cipher' ? known : undefined;
  } finally {
    octetMatcher.drop();
  }
}
