import { mostInterim } from './bounds.ts';

/** Interim answers (1xx) one after the other, and no answer. */
export class OnlyInterim extends Error {
  override readonly name = 'OnlyInterim';

  constructor(status: number) {
    super(`more than ${mostInterim} interim answers (${status}), and no answer`);
  }
}

/** For a request by itself: ends it when it gets interim answers without end, by rejecting with `OnlyInterim`. */
export function boundedInterim(signal: AbortSignal): {
  readonly signal: AbortSignal;
  readonly onInfo: (info: { readonly statusCode: number }) => void;
} {
  const enough = new AbortController();
  let interim = 0;
  return {
    signal: AbortSignal.any([signal, enough.signal]),
    onInfo: ({ statusCode }) => {
      interim += 1;
      if (interim > mostInterim) enough.abort(new OnlyInterim(statusCode));
    },
  };
}
