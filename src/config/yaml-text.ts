import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type ErrorCode,
} from 'yaml';
import { BridgeError } from '../core/model/errors.ts';
import { placeText, type ConfigPath, type TextPosition } from './place.ts';
import { sourceOffset } from './scalar-offset.ts';

/** A YAML file that was taken apart, and remembers where everything stood. */
export interface YamlText {
  /** As the user named it. */
  readonly file: string;
  readonly value: unknown;
  /** Where a key or value is; for what is missing, the nearest thing around it. */
  locate(path: ConfigPath, at: 'key' | 'value', inside?: TextPosition): TextPosition;
  /** How a plain or quoted value is written in the file, where it stands as it was typed. */
  written(path: ConfigPath): string | undefined;
}

/** More aliases than this belong to no configuration, but to an attempt to fill the memory. */
const aliasLimit = 100;

/**
 * Takes a YAML 1.2 file apart: core schema, unique keys, one document.
 *
 * @throws BridgeError D2S_CONFIG_INVALID where it is no YAML. The words are ours: those of the parser quote the text, and
 * the text may hold a secret that stands in the wrong place.
 */
export function readYaml(file: string, source: string): YamlText {
  const counter = new LineCounter();
  // Offsets count from the byte order mark, columns do not.
  const text = source.replace(/^\uFEFF/, '');
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: counter,
  });
  const position = (offset: number): TextPosition => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // What follows the first fault is mostly its consequence.
  const [first] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) {
    const place = placeText(file, position(first.pos[0]));
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${place}: ${syntaxSentence(first.code)}`,
      'correct the YAML of the file',
    );
  }
  refuseProto(file, document, position);
  return { file, value: plainValue(file, document), ...lookups(text, document, position) };
}

/** JavaScript has this name for something else, and would drop such a key without a word. */
function refuseProto(file: string, document: Document.Parsed, position: (offset: number) => TextPosition): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '__proto__') return;
      throw new BridgeError(
        'D2S_CONFIG_INVALID',
        `${placeText(file, position(key.range?.[0] ?? 0))}: __proto__: this key is unknown, and cannot be a name`,
        'leave it out, or choose another name',
      );
    },
  });
}

function plainValue(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasLimit });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const what = `${file}: an alias (*name) has no anchor (&name) before it, or there are more than ${aliasLimit}`;
    throw new BridgeError('D2S_CONFIG_INVALID', what, 'write the values out');
  }
}

function lookups(
  text: string,
  document: Document.Parsed,
  position: (offset: number) => TextPosition,
): Pick<YamlText, 'locate' | 'written'> {
  return {
    locate(path, at, inside) {
      const { key, value, found } = walk(document, path);
      if (inside !== undefined && found && isScalar(value))
        return position(sourceOffset(text, value, inside) ?? start(value));
      const node = (at === 'value' && found ? value : key) ?? value ?? key;
      return position(node === undefined ? 0 : start(node));
    },
    written(path) {
      const { value, found } = walk(document, path);
      return found && isScalar(value) && value.type === 'PLAIN' ? value.source : undefined;
    },
  };
}

interface Place {
  readonly key?: Node | undefined;
  readonly value?: Node | undefined;
  /** False when the path goes further than the file. */
  readonly found: boolean;
}

function walk(document: Document.Parsed, path: ConfigPath): Place {
  let place: Place = { value: document.contents ?? undefined, found: true };
  for (const part of path) {
    const next = step(document, resolve(document, place.value), part);
    if (next === undefined) return { ...place, found: false };
    place = next;
  }
  return { ...place, value: resolve(document, place.value) };
}

function step(document: Document.Parsed, node: Node | undefined, part: string | number): Place | undefined {
  if (isSeq<Node>(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return item === undefined ? undefined : { key: item, value: item, found: true };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && keyText(resolve(document, item.key)) === String(part));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value ?? pair.key, found: true };
}

function keyText(node: Node | undefined): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}

function resolve(document: Document.Parsed, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

const sentences: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) can have neither a tag nor an anchor',
  BAD_ALIAS: 'this is no alias; a value that begins with * must be in quotes',
  BAD_COLLECTION_TYPE: 'the tag does not fit the value; a text that begins with ! must be in quotes',
  BAD_DQ_ESCAPE:
    'this backslash sequence is unknown between double quotes; use single quotes for text with backslashes',
  BAD_INDENT: 'the indentation does not fit the lines around it, or a [ or { is not closed',
  BAD_SCALAR_START: 'a value that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'there is a second ": " on this line; a value that contains ": " must be in quotes',
  BLOCK_IN_FLOW: 'indented blocks cannot stand between [ ] or { }',
  DUPLICATE_KEY: 'this key is there twice; keep one of them',
  MISSING_CHAR: 'something is missing before this: a closing quote, a comma, a colon, or the space after one',
  MULTILINE_IMPLICIT_KEY: 'a key must end on its own line; is a ":" missing after it?',
  MULTIPLE_DOCS: 'a second document begins here (---); the configuration is one document',
  NON_STRING_KEY: 'a key must be a text',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) have no meaning here; a text that begins with ! must be in quotes',
  UNEXPECTED_TOKEN: 'this text cannot stand here; look for a missing quote or a wrong indentation',
};

/** What a fault in YAML syntax means, without quoting the file. */
function syntaxSentence(code: ErrorCode): string {
  return sentences[code] ?? 'this is not valid YAML';
}
