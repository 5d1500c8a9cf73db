/** `open`, with what only others can tell: contexts of a store, verdicts on passwords, and what was seen before. */
import type { Secret, SecurityContext } from '@parley/core';
import { Fault, unwrap } from '@parley/core';
import type { Credentials, OpenedMessage, OpenRequest } from '@parley/engine';
import { open } from '@parley/engine';
import type { Workplace } from '../exchange/workplace.ts';
import type { AwaitedReplays } from '../replay/awaited-replays.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextStore } from '../store/context-store.ts';
import type { Authenticate } from '../trust/password.ts';
import { AwaitedAuthentication } from '../trust/password.ts';

/** A message names one context; a second may stand in it by mistake, and then it is refused. */
const CONTEXTS_MAX = 2;

/** An {@link OpenRequest} whose helpers need not answer at once. */
export interface AwaitedOpenRequest extends Pick<OpenRequest, 'atMs' | 'policy' | 'soapAction'> {
  /** Of this one message, however often it is opened: what was inserted for it is no replay of it. */
  readonly replays: AwaitedReplays;
  readonly store: Pick<ContextStore, 'get'>;
  /** What the message says it is under: looked up first, so that most messages are opened once. */
  readonly identifier?: string | undefined;
  readonly workplace: Workplace;
  /** What each context passes through first. */
  readonly adjust: (context: SecurityContext) => SecurityContext;
  readonly credentials?: Credentials | undefined;
  readonly authenticate?: Authenticate | undefined;
}

/** What was opened, and all that came to light; the secrets are the holder's, to {@link wipe}. */
export interface Opening {
  readonly message: OpenedMessage;
  /** Whom `authenticate` named. */
  readonly user: string | undefined;
  readonly sessionKey: { readonly sha1Base64: string; readonly secret: Secret } | undefined;
  /** The context that proved something. */
  context(identifier: string): SecurityContext | undefined;
  wipe(): void;
}

/**
 * Opens `bytes` (borrowed), once only.
 * @throws Fault what `open` refuses with, and what store, cache and judge throw
 */
export async function openAwaited(bytes: Uint8Array, request: AwaitedOpenRequest): Promise<Opening> {
  const { store, identifier, adjust, authenticate, replays, credentials, workplace, ...plain } = request;
  const known = new Map<string, SecurityContext | undefined>();
  const lookUp = async (name: string): Promise<void> => {
    const context = await store.get(name);
    known.set(name, context === undefined ? undefined : adjust(context));
  };
  const wipe = (): void => {
    for (const context of known.values()) wipeContext(context);
  };
  const judge = authenticate && new AwaitedAuthentication(authenticate);
  let sessionKey: Opening['sessionKey'];
  const keepEncryptedKey = (sha1Base64: string, secret: Secret): void => {
    sessionKey = { sha1Base64, secret };
  };
  const helped = { ...credentials, keepEncryptedKey, ...(judge && { authenticate: judge.judge }) };
  try {
    // What fails here is asked again when a key of it is needed: then it is the message's turn to be refused for it.
    if (identifier !== undefined) await lookUp(identifier).catch(() => undefined);
    for (let found = 0; found <= CONTEXTS_MAX; ) {
      let missing: string | undefined;
      const find = (name: string): SecurityContext | undefined => {
        if (known.has(name)) return known.get(name);
        missing = name;
        throw new Fault('internal.context-needed');
      };
      const opening = { ...plain, contexts: { find }, credentials: helped, replays };
      const reply = workplace.use((workspace) => open(bytes, { ...opening, workspace }));
      if (missing !== undefined) {
        await lookUp(missing);
        found++;
        continue;
      }
      if ((await judge?.arrived()) === true || (await replays.arrived())) continue;
      const message = unwrap(reply);
      return {
        message,
        user: judge?.principal,
        sessionKey,
        context: (name) => known.get(name),
        wipe: () => {
          wipe();
          sessionKey?.secret.wipe();
        },
      };
    }
    throw new Fault('peer.bad-context', { reason: 'too many contexts' });
  } catch (error) {
    wipe();
    sessionKey?.secret.wipe();
    throw error;
  }
}
