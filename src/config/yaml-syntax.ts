import type { ErrorCode } from 'yaml';

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
export function syntaxSentence(code: ErrorCode): string {
  return sentences[code] ?? 'this is not valid YAML';
}
