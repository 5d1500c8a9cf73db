import type { ContextStore, Protection, SoapVersion, UsernameCredential } from '@parley/conversation';
import { Initiator, passwordMatches, peerProfile, Responder, usernameOverTls } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import { Secret } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import { SERVICE_ADDRESS } from './application-message.ts';
import type { DemoClock } from './demo-clock.ts';
import { PROTECTIONS } from './protections.ts';

/** Which conversation is held. */
export interface DemoKind {
  readonly version: Version;
  readonly soap: SoapVersion;
}

const USERNAME = 'alice';
const PASSWORD_BYTES = 24;
// The hash that peers of each generation take.
const SUITES: Readonly<Record<Version, SuiteName>> = { '200512': 'Basic256Sha256', '200502': 'Basic256' };

/** The two sides, with a password that both know for as long as the demo runs. */
export class DemoParties {
  readonly #kind: DemoKind;
  readonly #clock: DemoClock;
  readonly #credential: UsernameCredential;
  readonly responder: Responder;

  constructor(kind: DemoKind, clock: DemoClock, store: ContextStore) {
    this.#kind = kind;
    this.#clock = clock;
    this.#credential = { username: USERNAME, password: randomPassword(clock) };
    this.responder = new Responder({
      store,
      ambient: clock,
      profile: peerProfile('parley', SUITES[kind.version], { policy: { endpointAddress: SERVICE_ADDRESS } }),
      expiredKeys: 'retain',
      bootstrap: usernameOverTls.responder({
        authenticate: (attempt) =>
          attempt.username === USERNAME &&
          this.#credential.password.lend((password) => passwordMatches(attempt, password))
            ? USERNAME
            : undefined,
      }),
    });
  }

  initiator(): Initiator {
    return new Initiator({
      version: this.#kind.version,
      soapVersion: this.#kind.soap,
      to: SERVICE_ADDRESS,
      ambient: this.#clock,
      bootstrap: usernameOverTls.initiator(this.#credential),
      profile: peerProfile('parley', SUITES[this.#kind.version]),
    });
  }

  /** The `turn`th way to secure a message. */
  protection(turn: number): Protection {
    return PROTECTIONS[turn % PROTECTIONS.length] ?? PROTECTIONS[0];
  }

  /** Wipes the password. */
  close(): void {
    this.#credential.password.wipe();
  }
}

function randomPassword(clock: DemoClock): Secret {
  const random = new Uint8Array(PASSWORD_BYTES);
  clock.fillRandom(random);
  const password = Secret.copyOf(new TextEncoder().encode(encodeBase64(random)));
  random.fill(0);
  return password;
}
