interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** The journal line of one sync stays below this, unless a single record is larger. */
const groupLength = 1 << 20;
/** How long a commit waits for company when the one before it had some: about as long as a sync of a fast disk. */
const companyMilliseconds = 1;

/**
 * Collects texts while a commit runs and commits them together in the next one, in call order. A promise settles with
 * its own commit; however much comes after it, none waits for another's.
 */
export class GroupCommit {
  readonly #commit: (texts: readonly string[]) => Promise<void>;
  readonly #afterwards: () => Promise<void>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** @param afterwards runs after each commit, before the next one; must not reject */
  constructor(commit: (texts: readonly string[]) => Promise<void>, afterwards: () => Promise<void>) {
    this.#commit = commit;
    this.#afterwards = afterwards;
  }

  /** Resolves when the text is committed, rejects with what its commit rejected with. */
  add(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // everything that is added in the same turn shares the first commit
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#commit(group.map((one) => one.text));
        for (const one of group) one.resolve();
      } catch (error) {
        for (const one of group) one.reject(error);
      }
      await this.#afterwards();
      // Each commit costs three trips to the disk, however much it carries: many callers are served sooner together.
      if (group.length > 1) await new Promise((resolve) => setTimeout(resolve, companyMilliseconds));
    }
    this.#running = undefined;
  }

  #takeGroup(): Waiting[] {
    let length = 0;
    const end = this.#waiting.findIndex((one, index) => (length += one.text.length) > groupLength && index > 0);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
