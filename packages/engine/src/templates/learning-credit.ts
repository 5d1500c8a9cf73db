/** How many templates may be made: each costs as much as twenty messages. */
export class LearningCredit {
  readonly #most: number;
  #left: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Whether one may be made. */
  get isLeft(): boolean {
    return this.#left >= 1;
  }

  /** One is made. */
  spend(): void {
    this.#left--;
  }

  earn(share: number): void {
    this.#left = Math.min(this.#left + share, this.#most);
  }
}
