import type { RemoteTellings } from '@parley/conversation/internal';
import { ChangeRing } from '@parley/conversation/internal';
import type { ContextChanges } from '@parley/engine';
import type { RedisCalls } from './redis-calls.ts';
import type { Listening, RedisLink } from './redis-link.ts';

/** What all nodes changed, as this one hears it. */
export class RedisChanges {
  readonly #calls: RedisCalls;
  readonly #tellings: RemoteTellings;
  readonly #ring = new ChangeRing();
  #listening: Listening | undefined;
  #isClosed = false;

  constructor(calls: RedisCalls, tellings: RemoteTellings) {
    this.#calls = calls;
    this.#tellings = tellings;
  }

  /** @throws Fault `internal.store-unavailable` */
  async listen(link: RedisLink, channel: string): Promise<void> {
    await this.#calls.within(async () => {
      this.#listening = await link.listen(
        channel,
        (message) => this.#ring.hear(this.#tellings.heard(message)),
        () => this.#ring.skip(),
      );
      // It took so long that nobody waits for it any more.
      if (this.#isClosed) this.#listening.close();
    });
  }

  /** @throws Fault `internal.store-unavailable`, `caller.closed` */
  async since(position: number | undefined): Promise<ContextChanges> {
    await this.#calls.within(async () => await this.#listening?.caughtUp());
    return this.#ring.since(position);
  }

  close(): void {
    this.#isClosed = true;
    this.#listening?.close();
  }
}
