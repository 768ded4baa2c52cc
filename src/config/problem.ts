import { BridgeError, type ErrorCode } from '../core/model/errors.ts';
import { pathText, placeText, type ConfigPath, type TextPosition } from './place.ts';
import type { YamlText } from './yaml-text.ts';

/** Something wrong in the configuration, where it is, and what to do about it. */
export interface Problem {
  readonly path: ConfigPath;
  /** `key`: the key itself is wrong; `value`: what it holds, or what is missing in it. */
  readonly at: 'key' | 'value';
  /** Line and column (from 1) inside a text value. */
  readonly inside?: TextPosition | undefined;
  readonly code?: ErrorCode | undefined;
  /** What is wrong and why. */
  readonly what: string;
  /** What to do. */
  readonly fix?: string | undefined;
}

/** So many are listed; more would hide the first. */
const listed = 10;

/** Characters of a problem. */
const longest = 500;

/** One error for all that is wrong with a file. Its code is the problems' own where they agree. */
export function configurationError(text: YamlText, problems: readonly Problem[]): BridgeError {
  const codes = new Set(problems.map((problem) => problem.code ?? 'D2S_CONFIG_INVALID'));
  const [only] = codes;
  const code = only !== undefined && codes.size === 1 ? only : 'D2S_CONFIG_INVALID';
  const placed = problems.map((problem) => ({
    problem,
    position: text.locate(problem.path, problem.at, problem.inside),
  }));
  placed.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const lines = placed.map(({ problem, position }) => problemLine(text.file, position, problem));
  const [first = ''] = lines;
  if (lines.length === 1) return new BridgeError(code, first, 'docs/configuration.md explains every key');
  const more = lines.length > listed ? [`and ${lines.length - listed} more`] : [];
  const message = [`${lines.length} problems in the configuration`, ...lines.slice(0, listed), ...more].join('\n  ');
  return new BridgeError(code, message, 'correct these lines; docs/configuration.md explains every key');
}

function problemLine(file: string, position: TextPosition, problem: Problem): string {
  const path = pathText(problem.path);
  const subject = path === '' ? '' : `${path}: `;
  const text = `${subject}${problem.what}${problem.fix === undefined ? '' : `; ${problem.fix}`}`;
  // What is quoted from the file may have lines and control characters of its own.
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return `${placeText(file, position)}: ${line.length > longest ? `${line.slice(0, longest)}…` : line}`;
}
