/**
 * More marks on one letter than any language has (UAX #15 §13, the Stream-Safe Text Format: 30). Composing a run of them
 * costs the square of its length.
 */
const run = /\p{M}{31}/u;

/** `text.normalize(form)` in linear time: a text with a run of marks beyond those of any language stays as it is. */
export function compose(text: string, form: 'NFC' | 'NFKC'): string {
  return run.test(text) ? text : text.normalize(form);
}
