import type { ExpressionProblem } from './expression.ts';

/** What is wrong with an expression and at which offset of its text: how the compiler stops. */
export class ExpressionFlaw extends Error {
  override readonly name = 'Flaw';
  readonly offset: number;
  readonly suggestion: string | undefined;

  constructor(offset: number, message: string, suggestion?: string) {
    super(message);
    this.offset = offset;
    this.suggestion = suggestion;
  }
}

/** The flaw as its author sees it: line and column from 1. */
export function toProblem(flaw: ExpressionFlaw, source: string): ExpressionProblem {
  const before = source.slice(0, flaw.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { line: before.length, column, message: flaw.message, suggestion: flaw.suggestion };
}
