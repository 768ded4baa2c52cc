/**
 * Texts that many have, by number. Whoever uses one counts it, so that a snapshot leaves out those that nobody uses any
 * more; their numbers are given anew by the next process alone, since somebody may still go through what was there before.
 */
export class Dictionary {
  readonly #most: number;
  readonly #numbers = new Map<string, number>();
  readonly #texts: (string | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined when it has none. */
  numberOf(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  textOf(number: number): string {
    const text = this.#texts[number];
    if (text === undefined) throw new RangeError(`no text has the number ${number}`);
    return text;
  }

  /** The number of a text that had none; undefined when there is no room for more. */
  add(text: string): number | undefined {
    const number = this.#free.pop() ?? this.#texts.length;
    if (number >= this.#most) return undefined;
    this.#put(number, text);
    return number;
  }

  use(number: number, by: 1 | -1): void {
    this.#uses[number] = (this.#uses[number] ?? 0) + by;
  }

  /** Those in use, by number; null in place of the others. */
  get inUse(): (string | null)[] {
    return this.#texts.map((text, number) => ((this.#uses[number] ?? 0) > 0 ? (text ?? null) : null));
  }

  /** Goes on with what `inUse` gave. */
  load(texts: readonly (string | null)[]): void {
    for (const text of texts) {
      const number = this.#texts.length;
      if (text !== null) this.#put(number, text);
      else {
        this.#texts.push(undefined);
        this.#free.push(number);
      }
    }
  }

  #put(number: number, text: string): void {
    this.#texts[number] = text;
    this.#uses[number] ??= 0;
    this.#numbers.set(text, number);
  }
}
