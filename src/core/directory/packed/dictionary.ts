/** An attribute with more different values than this has one for nearly everybody: looking for the same is in vain. */
const mostShared = 512;
const longestShared = 64;
/** Containers, of which a large directory has some thousands. */
const mostEndings = 32_768;
const longestEnding = 512;

/**
 * What many entries have, by number: names of attributes, values that come again (a city, a title, a class), and endings of
 * DNs. It only grows, and as far as bounds allow: so the same text is written in the same way for as long as it lives.
 */
export class Dictionary {
  readonly #names: string[] = [];
  readonly #numberOfName = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #numbersOfTexts: Map<string, number>[] = [];
  readonly #endings: string[] = [];
  readonly #numberOfEnding = new Map<string, number>();

  name(name: string): number {
    const known = this.#numberOfName.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numberOfName.set(name, number);
    return number;
  }

  /** The number that a name has, if any entry has it. */
  numberOf(name: string): number | undefined {
    return this.#numberOfName.get(name);
  }

  nameOf(number: number): string {
    return this.#names[number] ?? '';
  }

  /** @param name the number of the attribute */
  share(name: number, text: string): number | undefined {
    if (text.length > longestShared) return undefined;
    const own = (this.#numbersOfTexts[name] ??= new Map<string, number>());
    const known = own.get(text);
    if (known !== undefined || own.size >= mostShared) return known;
    const number = this.#texts.push(text) - 1;
    own.set(text, number);
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }

  ending(text: string): number | undefined {
    const known = this.#numberOfEnding.get(text);
    if (known !== undefined || this.#endings.length >= mostEndings || text.length > longestEnding) return known;
    const number = this.#endings.push(text) - 1;
    this.#numberOfEnding.set(text, number);
    return number;
  }

  endingOf(number: number): string {
    return this.#endings[number] ?? '';
  }
}
