import type { Link } from '../../../core/model/link.ts';
import type { StateChange } from '../../../ports/state-change.ts';

/*
 * A link in the journal: its paths by a number that the same line explains, its values in one text, and without what most
 * links have (`created`, `active`, marks for empty). So every line can be read by itself.
 */
const separator = ' ';
const mostLists = 4096;

/** Lists of paths by number, for as long as a process runs. */
export class PathLists {
  readonly #numbers = new Map<string, number>();
  readonly #lists: (readonly string[])[] = [];

  /** Undefined when there are too many. */
  numberOf(paths: readonly string[]): number | undefined {
    const text = JSON.stringify(paths);
    const known = this.#numbers.get(text);
    if (known !== undefined || this.#lists.length === mostLists) return known;
    this.#numbers.set(text, this.#lists.length);
    return this.#lists.push(paths) - 1;
  }

  at(number: number): readonly string[] | undefined {
    return this.#lists[number];
  }
}

/** A change as the journal has it. */
export function packChange(change: StateChange, lists: PathLists): object {
  switch (change.kind) {
    case 'link':
    case 'relink':
      return { ...change, link: packLink(change.link, lists) };
    case 'settled': {
      const { target, type, sourceId, directory } = change.intent;
      return { kind: 'settled', intent: { target, type, sourceId, directory } };
    }
    default:
      return change;
  }
}

function packLink(link: Link, lists: PathLists): object {
  const { origin, lifecycle, attributes, marksEmpty, ...rest } = link;
  const values = Object.values(attributes);
  const isPlain = values.every((value) => typeof value === 'string' && !value.includes(separator));
  const paths = Object.keys(attributes);
  const number = isPlain && !paths.includes('__proto__') ? lists.numberOf(paths) : undefined;
  if (number === undefined) return link;
  return {
    ...rest,
    ...(origin === 'created' ? {} : { origin }),
    ...(lifecycle === 'active' ? {} : { lifecycle }),
    ...(marksEmpty === true ? {} : { marksEmpty: false }),
    attributes: [number, values.join(separator)],
  };
}

/**
 * A change as it was before `packChange`; the same when it was never packed. Undefined when nothing explains its paths.
 *
 * @param pathsOf explains a number
 */
export function unpackChange(value: unknown, pathsOf: (number: number) => readonly string[] | undefined): unknown {
  if (typeof value !== 'object' || value === null || !('link' in value) || !isPacked(value.link)) return value;
  const { marksEmpty = true, attributes, ...rest } = value.link;
  const [number, text] = attributes;
  const paths = pathsOf(number);
  const values = paths?.length === 0 ? [] : text.split(separator);
  if (paths?.length !== values.length) return undefined;
  return {
    ...value,
    link: {
      origin: 'created',
      lifecycle: 'active',
      ...rest,
      ...(marksEmpty ? { marksEmpty } : {}),
      attributes: Object.fromEntries(paths.map((path, at) => [path, values[at] ?? ''])),
    },
  };
}

interface Packed {
  readonly marksEmpty?: boolean;
  readonly attributes: readonly [number, string];
}

function isPacked(link: unknown): link is Packed {
  if (typeof link !== 'object' || link === null || !('attributes' in link)) return false;
  const { attributes } = link;
  return Array.isArray(attributes) && typeof attributes[0] === 'number' && typeof attributes[1] === 'string';
}
