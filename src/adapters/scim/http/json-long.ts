import {
  deepest,
  longestJsonText,
  longestNumber,
  longestSpace,
  mostElements,
  mostJsonValues,
  mostKeys,
} from '../shared/bounds.ts';
import { exactNumber } from './json-number.ts';
import { TextWindow } from './text-window.ts';
import { mayPause } from './turns.ts';

/** JSON beyond what anybody can work with. */
export class UnreasonableJson extends Error {
  override readonly name = 'UnreasonableJson';
}

/** Work between two looks at the clock: a value is one, and so are so many characters of a text or of space. */
const workBetween = 1_000;
const charactersOfWork = 256;

type Container = unknown[] | Record<string, unknown>;

/**
 * Parses JSON (RFC 8259) of any length, and lets others have their turn meanwhile: `JSON.parse` of 30 MB would stop
 * everything for half a second. The result is the same; of a key that comes twice, the last one counts.
 *
 * @param pieces of the text, one after the other
 * @throws SyntaxError
 * @throws UnreasonableJson when it is nested too deep, or has too many values
 */
export async function parseLong(pieces: Iterable<string>): Promise<unknown> {
  const reader = new Reader(pieces);
  while (!reader.read(workBetween)) await mayPause();
  return reader.result;
}

const isSpace = (character: number): boolean =>
  character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
/** Whatever has more digits is no number that anybody means: each turn would be as long as it is. */
const number = new RegExp(
  `-?(?:0|[1-9]\\d{0,${longestNumber - 1}})(?:\\.\\d{1,${longestNumber}})?(?:[eE][+-]?\\d{1,${longestNumber}})?`,
  'y',
);
const mark = {
  quote: 0x22,
  escape: 0x5c,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** A parser without recursion, which can stop between any two values. */
class Reader {
  result: unknown;
  readonly #window: TextWindow;
  #values = 0;
  #left = 0;
  /** What is open, the innermost last; of an object, the key that the next value belongs to, and how many there were. */
  readonly #open: { readonly container: Container; key: string; keys: number }[] = [];

  constructor(pieces: Iterable<string>) {
    this.#window = new TextWindow(pieces);
  }

  /** Reads on, until so much is done at least. True when all was read. */
  read(work: number): boolean {
    this.#left = work;
    while (this.#left > 0) {
      this.#left -= 1;
      this.#values += 1;
      if (this.#values > mostJsonValues) throw new UnreasonableJson(`JSON of more than ${mostJsonValues} values`);
      if (this.#readValue()) return true;
    }
    return false;
  }

  /** One value, or the beginning of a list or object, and what follows it. True when the outermost value has ended. */
  #readValue(): boolean {
    switch (this.#skipSpace()) {
      case mark.openObject:
        return this.#begin({}, mark.closeObject);
      case mark.openList:
        return this.#begin([], mark.closeList);
      case mark.quote:
        return this.#end(this.#readText());
      default:
        return this.#end(this.#readWord());
    }
  }

  #begin(container: Container, close: number): boolean {
    this.#window.at += 1;
    if (this.#skipSpace() === close) {
      this.#window.at += 1;
      return this.#end(container);
    }
    if (this.#open.length >= deepest) throw new UnreasonableJson(`JSON of more than ${deepest} levels`);
    this.#open.push({ container, key: Array.isArray(container) ? '' : this.#readKey(), keys: 1 });
    return false;
  }

  /** Puts a value that is whole where it belongs, and closes what ends with it. */
  #end(whole: unknown): boolean {
    let value = whole;
    for (;;) {
      const inner = this.#open.at(-1);
      const follows = this.#skipSpace();
      if (inner === undefined) {
        if (!Number.isNaN(follows)) throw this.#wrong();
        this.result = value;
        return true;
      }
      const isList = Array.isArray(inner.container);
      if (Array.isArray(inner.container)) inner.container.push(value);
      else put(inner.container, inner.key, value);
      this.#window.at += 1;
      if (follows === mark.comma) {
        if (Array.isArray(inner.container)) {
          if (inner.container.length >= mostElements)
            throw new UnreasonableJson(`JSON with more than ${mostElements} elements in one list`);
          return false;
        }
        inner.keys += 1;
        if (inner.keys > mostKeys)
          throw new UnreasonableJson(`JSON with more than ${mostKeys} attributes in one object`);
        inner.key = this.#readKey();
        return false;
      }
      if (follows !== (isList ? mark.closeList : mark.closeObject)) throw this.#wrong();
      this.#open.pop();
      value = inner.container;
    }
  }

  #readKey(): string {
    if (this.#skipSpace() !== mark.quote) throw this.#wrong();
    const key = this.#readText();
    if (this.#skipSpace() !== mark.colon) throw this.#wrong();
    this.#window.at += 1;
    return key;
  }

  #readText(): string {
    const window = this.#window;
    let end = endOfText(window.text, window.at);
    while (
      end === -1 &&
      window.text.length - window.at <= longestJsonText &&
      window.want(Math.min(2 * window.text.length, longestJsonText + 2))
    )
      end = endOfText(window.text, window.at);
    const length = (end === -1 ? window.text.length : end) - window.at;
    if (length > longestJsonText)
      throw new UnreasonableJson(`JSON with a text of more than ${longestJsonText / 1024 / 1024} MB`);
    if (end === -1) throw this.#wrong();
    this.#left -= length / charactersOfWork;
    // Not a slice, which would keep the whole piece in memory as long as anybody has this part of it.
    const text = JSON.parse(window.text.slice(window.at, end + 1)) as string;
    window.at = end + 1;
    return text;
  }

  #readWord(): unknown {
    const window = this.#window;
    if (window.text.length - window.at < longestWord) window.want(longestWord);
    for (const [word, value] of words) {
      if (!window.text.startsWith(word, window.at)) continue;
      window.at += word.length;
      return value;
    }
    number.lastIndex = window.at;
    const [source] = number.exec(window.text) ?? [];
    if (source === undefined) throw this.#wrong();
    window.at += source.length;
    if (source.length >= longestNumber && isDigit(window.text.charCodeAt(window.at)))
      throw new UnreasonableJson(`JSON with a number of more than ${longestNumber} digits`);
    return exactNumber(source, Number(source));
  }

  /** The next character that is no space, without passing it; NaN at the end. */
  #skipSpace(): number {
    const window = this.#window;
    let spaces = 0;
    for (;;) {
      const character = window.text.charCodeAt(window.at);
      if (Number.isNaN(character) && window.want(1)) continue;
      if (!isSpace(character)) break;
      window.at += 1;
      spaces += 1;
      if (spaces > longestSpace)
        throw new UnreasonableJson(`JSON with more than ${longestSpace / 1024 / 1024} MB of space in a row`);
    }
    this.#left -= spaces / charactersOfWork;
    return window.text.charCodeAt(window.at);
  }

  #wrong(): SyntaxError {
    return new SyntaxError('no JSON');
  }
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/** As `JSON.parse` does: `__proto__` is a key like any other. */
function put(container: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
  else container[key] = value;
}

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

/** Characters of any word or number, and one more. */
const longestWord = 3 * longestNumber + 10;

/** Where a text ends that begins here: at a quote that is not escaped; -1 where it does not. */
function endOfText(text: string, start: number): number {
  const first = text.indexOf('"', start + 1);
  if (first === -1 || text.charCodeAt(first - 1) !== mark.escape) return first;
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== mark.quote) at += text.charCodeAt(at) === mark.escape ? 2 : 1;
  return at < text.length ? at : -1;
}
