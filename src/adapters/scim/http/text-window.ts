import { StringDecoder } from 'node:string_decoder';

/** Bytes that are decoded in one go: half a millisecond, or three where they are no UTF-8. */
const decodedAtOnce = 256 * 1024;

/** Bytes as UTF-8, piece by piece: the whole of a long text is never in memory, nor made in one go. */
export function* piecesOf(bytes: Buffer): Generator<string, void> {
  const decoder = new StringDecoder('utf8');
  for (let at = 0; at < bytes.length; at += decodedAtOnce) yield decoder.write(bytes.subarray(at, at + decodedAtOnce));
  yield decoder.end();
}

/** A text that comes in pieces, as far as somebody looks at it. */
export class TextWindow {
  /** What came so far, from somewhere before `at` on. */
  text = '';
  /** Where it is looked at. */
  at = 0;
  readonly #pieces: Iterator<string>;

  constructor(pieces: Iterable<string>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  /**
   * Makes sure that so many characters follow, as far as there are any. What was passed is dropped, so that `at` is another
   * place afterwards.
   *
   * @returns whether more of them came
   */
  want(characters: number): boolean {
    let rest = this.text.slice(this.at);
    const before = rest.length;
    while (rest.length < characters) {
      const next = this.#pieces.next();
      if (next.done === true) break;
      rest += next.value;
    }
    this.text = rest;
    this.at = 0;
    return rest.length > before;
  }
}
