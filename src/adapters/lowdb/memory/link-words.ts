import { z } from 'zod';
import { Dictionary } from './dictionary.ts';
import type { SnapshotLine } from './snapshot-lines.ts';

/** What does not fit in two bytes is written out. */
const mostShapes = 4096;
const mostDigests = 60_000;
const mostDirectories = 0xffff;
/** Digests that were seen once, of which one is forgotten for each that comes in its place. */
const seenOnce = 1 << 16;

const textsPerLine = 500;

const pathsShape = z.array(z.string());

/**
 * What the links of a state have in common, by number: names of directories, lists of paths, and digests of values that
 * several have (a department, a country, `active`).
 */
export class LinkWords {
  readonly directories = new Dictionary(mostDirectories);
  /** Each the JSON text of a list of paths. */
  readonly shapes = new Dictionary(mostShapes);
  readonly digests = new Dictionary(mostDigests);
  readonly #paths: (readonly string[] | undefined)[] = [];
  readonly #seen = new Int32Array(seenOnce);
  #last: { readonly paths: readonly string[]; readonly number: number } = { paths: [], number: -1 };

  /** What is in use, as lines of a snapshot. */
  *lines(): Generator<SnapshotLine> {
    for (const list of ['directories', 'shapes', 'digests'] as const) {
      const texts = this[list].inUse;
      for (let at = 0; at < texts.length; at += textsPerLine)
        yield { kind: 'words', list, texts: texts.slice(at, at + textsPerLine) };
    }
  }

  directoryNumber(name: string): number {
    const number = this.directories.numberOf(name) ?? this.directories.add(name);
    if (number === undefined) throw new RangeError('there are too many directories');
    return number;
  }

  /** Undefined for what has to be written out. */
  shapeNumber(paths: readonly string[]): number | undefined {
    const { paths: last, number: lastNumber } = this.#last;
    if (lastNumber >= 0 && paths.length === last.length && paths.every((path, at) => path === last[at]))
      return lastNumber;
    if (paths.includes('__proto__')) return undefined;
    const text = JSON.stringify(paths);
    const number = this.shapes.numberOf(text) ?? this.shapes.add(text);
    if (number !== undefined) this.#last = { paths, number };
    return number;
  }

  pathsOf(shape: number): readonly string[] {
    return (this.#paths[shape] ??= pathsShape.parse(JSON.parse(this.shapes.textOf(shape))));
  }

  /** The number of a digest that was seen before; undefined for one that is likely to be the only one. */
  digestNumber(digest: string): number | undefined {
    const known = this.digests.numberOf(digest);
    if (known !== undefined) return known;
    const hash = shortHash(digest);
    const slot = hash & (seenOnce - 1);
    if (this.#seen[slot] === hash) return this.digests.add(digest);
    this.#seen[slot] = hash;
    return undefined;
  }
}

/** Digests are as random as can be: any part of one is a hash. */
function shortHash(digest: string): number {
  let hash = 0;
  for (let at = 0; at < 6; at += 1) hash = (hash << 5) ^ digest.charCodeAt(at) ^ (hash >>> 27);
  return hash;
}
