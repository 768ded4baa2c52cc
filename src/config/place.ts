/** Keys and indexes that lead to a value in the file. */
export type ConfigPath = readonly (string | number)[];

/** Line and column, both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, which terminals and editors make a link of. */
export function placeText(file: string, { line, column }: TextPosition): string {
  return `${file}:${line}:${column}`;
}

/** `targets.wiki.from[0]` */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
