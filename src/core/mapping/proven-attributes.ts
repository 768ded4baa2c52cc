import type { SourceId } from '../model/entry.ts';
import type { DesiredAttributes, DesiredValue, Resource } from '../model/resource.ts';

type Values = ReadonlyMap<string, DesiredValue | null>;

/**
 * Attributes of which the state has a proof that the target acknowledged them. Only those were mapped that may be others
 * although the entry is the same; whoever asks for more gets it, mapped at that moment.
 */
export class ProvenAttributes implements DesiredAttributes {
  /** What the entry showed, by which map, and that the target acknowledged what comes of it. */
  readonly proof: string;
  /** What the proof does not cover: it has to be compared all the same. */
  readonly uncovered: Values;
  readonly #mapWhole: () => DesiredAttributes;
  #whole: DesiredAttributes | undefined;

  /** @param mapWhole maps the entry as it was; asks for nothing but the entry and what is uncovered */
  constructor(proof: string, uncovered: Values, mapWhole: () => DesiredAttributes) {
    this.proof = proof;
    this.uncovered = uncovered;
    this.#mapWhole = mapWhole;
  }

  /** The same when everything is mapped. */
  get whole(): DesiredAttributes {
    return (this.#whole ??= this.#mapWhole());
  }

  get size(): number {
    return this.whole.size;
  }

  get(path: string): DesiredValue | null | undefined {
    return this.uncovered.has(path) ? this.uncovered.get(path) : this.whole.get(path);
  }

  has(path: string): boolean {
    return this.uncovered.has(path) || this.whole.has(path);
  }

  forEach(callback: (value: DesiredValue | null, path: string, map: Values) => void, thisArgument?: unknown): void {
    for (const [path, value] of this) callback.call(thisArgument, value, path, this);
  }

  entries(): MapIterator<[string, DesiredValue | null]> {
    return this.whole.entries();
  }

  keys(): MapIterator<string> {
    return this.whole.keys();
  }

  values(): MapIterator<DesiredValue | null> {
    return this.whole.values();
  }

  [Symbol.iterator](): MapIterator<[string, DesiredValue | null]> {
    return this.entries();
  }
}

/** What of these has to be compared with what the target acknowledged: everything, unless the rest is proven. */
export function uncovered(attributes: DesiredAttributes): DesiredAttributes {
  return attributes instanceof ProvenAttributes ? attributes.uncovered : attributes;
}

/** The same resource without trust in its proof, unless that is the one which the state has. */
export function asProven(resource: Resource, proofs: ReadonlyMap<SourceId, string>): Resource {
  const { attributes, sourceId } = resource;
  if (!(attributes instanceof ProvenAttributes) || proofs.get(sourceId) === attributes.proof) return resource;
  return { ...resource, attributes: attributes.whole };
}
