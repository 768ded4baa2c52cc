import * as z from 'zod';
import type { ErrorCode } from '../../core/model/errors.ts';
import type { Position } from '../place.ts';

/** What a check of ours found. Travels through zod inside an issue's `params`. */
export interface Flaw {
  readonly what: string;
  readonly fix?: string | undefined;
  readonly code?: ErrorCode | undefined;
  /** Line and column inside the text. */
  readonly inside?: Position | undefined;
}

const flaws = new WeakMap<object, Flaw>();

/** Reports a flaw of the value that is being checked. */
export function flawed(context: z.RefinementCtx, flaw: Flaw): never {
  const params = {};
  flaws.set(params, flaw);
  context.addIssue({ code: 'custom', message: flaw.what, params });
  return z.NEVER;
}

/** The flaw that an issue carries. */
export function flawOf(issue: z.core.$ZodIssueCustom): Flaw {
  return (issue.params === undefined ? undefined : flaws.get(issue.params)) ?? { what: issue.message };
}
