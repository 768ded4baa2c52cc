import { choiceFunctions } from './choice.ts';
import { conversionFunctions } from './conversion.ts';
import { dateFunctions } from './date.ts';
import { directoryFunctions } from './directory.ts';
import type { FunctionDefinition } from './function.ts';
import { listFunctions } from './list.ts';
import { textFunctions } from './text.ts';

/** Every function there is, in the groups in which the documentation shows them. The list is closed. */
export const functionGroups: ReadonlyMap<string, readonly FunctionDefinition[]> = new Map([
  ['Text', textFunctions],
  ['Choosing', choiceFunctions],
  ['Lists', listFunctions],
  ['Directory', directoryFunctions],
  ['Time', dateFunctions],
  ['Conversion', conversionFunctions],
]);

export const functions: ReadonlyMap<string, FunctionDefinition> = new Map(
  [...functionGroups.values()].flat().map((definition) => [definition.name, definition]),
);

/** What people know by another name: functions of Entra ID's expressions and of CEL, in lower case → what to write. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ...[...functions.values()].flatMap(({ name, entra }): [string, string][] =>
    entra === undefined ? [] : [[entra.toLowerCase(), `${name}()`]],
  ),
  ['replace', 'replace() or regexReplace()'],
  ['len', 'size()'],
  ['length', 'size()'],
  ['not', '!condition'],
  ['and', 'a && b'],
  ['or', 'a || b'],
  ['item', 'list[0], which counts from 0'],
  ['isnull', 'value == null'],
  ['isnullorempty', 'value == null'],
  ['ispresent', 'value != null'],
  ['isstring', 'nothing: attributes are text'],
  ['has', 'value != null'],
  ['concat', 'join() or +'],
  ['substring', 'mid()'],
  ['lowerascii', 'lower()'],
  ['upperascii', 'upper()'],
  ['type', 'nothing: kinds are known'],
]);
