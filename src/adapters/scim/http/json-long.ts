import { deepest, longestJsonText, mostElements, mostJsonValues, mostKeys } from '../shared/bounds.ts';
import { exactNumber } from './json-number.ts';
import { mayPause } from './turns.ts';

/** JSON beyond what anybody can work with. */
export class UnreasonableJson extends Error {
  override readonly name = 'UnreasonableJson';
}

/** Values between two looks at the clock. */
const valuesBetween = 1_000;

type Container = unknown[] | Record<string, unknown>;

/**
 * Parses JSON (RFC 8259) of any length, and lets others have their turn meanwhile: `JSON.parse` of 30 MB would stop
 * everything for half a second. The result is the same; of a key that comes twice, the last one counts.
 *
 * @throws SyntaxError
 * @throws UnreasonableJson when it is nested too deep, or has too many values
 */
export async function parseLong(text: string): Promise<unknown> {
  const reader = new Reader(text);
  while (!reader.read(valuesBetween)) await mayPause();
  return reader.result;
}

const isSpace = (character: number): boolean =>
  character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const mark = {
  quote: 0x22,
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
  readonly #text: string;
  #at = 0;
  #values = 0;
  /** What is open, the innermost last; of an object, the key that the next value belongs to, and how many there were. */
  readonly #open: { readonly container: Container; key: string; keys: number }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads on, so many values at most. True when all was read. */
  read(values: number): boolean {
    for (let left = values; left > 0; left -= 1) {
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
    this.#at += 1;
    if (this.#skipSpace() === close) {
      this.#at += 1;
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
        if (this.#at < this.#text.length) throw this.#wrong();
        this.result = value;
        return true;
      }
      const isList = Array.isArray(inner.container);
      if (Array.isArray(inner.container)) inner.container.push(value);
      else put(inner.container, inner.key, value);
      this.#at += 1;
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
    this.#at += 1;
    return key;
  }

  #readText(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && end - start <= longestJsonText && isEscaped(this.#text, end))
      end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw this.#wrong();
    if (end - start > longestJsonText)
      throw new UnreasonableJson(`JSON with a text of more than ${longestJsonText / 1024 / 1024} MB`);
    this.#at = end + 1;
    // Not a slice, which would keep the whole text in memory as long as anybody has this piece of it.
    return JSON.parse(this.#text.slice(start, end + 1)) as string;
  }

  #readWord(): unknown {
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    number.lastIndex = this.#at;
    const [source] = number.exec(this.#text) ?? [];
    if (source === undefined) throw this.#wrong();
    this.#at += source.length;
    return exactNumber(source, Number(source));
  }

  /** The next character that is no space, without passing it; NaN at the end. */
  #skipSpace(): number {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return this.#text.charCodeAt(this.#at);
  }

  #wrong(): SyntaxError {
    return new SyntaxError(`no JSON at position ${this.#at}`);
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

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === 0x5c) at -= 1;
  return (quote - at) % 2 === 0;
}
