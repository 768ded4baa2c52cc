import * as z from 'zod';
import type { ErrorCode } from '../../core/model/errors.ts';
import type { TextPosition } from '../place.ts';

/** What a check of ours found. Travels through zod inside an issue's `params`. */
export interface SchemaFlaw {
  readonly what: string;
  readonly fix?: string | undefined;
  readonly code?: ErrorCode | undefined;
  /** Line and column inside the text. */
  readonly inside?: TextPosition | undefined;
}

const flaws = new WeakMap<object, SchemaFlaw>();

/** Reports a flaw of the value that is being checked. */
export function flawed(context: z.RefinementCtx, flaw: SchemaFlaw): never {
  const params = {};
  flaws.set(params, flaw);
  context.addIssue({ code: 'custom', message: flaw.what, params });
  return z.NEVER;
}

/** The flaw that an issue carries. */
export function flawOf(issue: z.core.$ZodIssueCustom): SchemaFlaw {
  return (issue.params === undefined ? undefined : flaws.get(issue.params)) ?? { what: issue.message };
}
