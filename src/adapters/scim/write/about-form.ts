import type { Refusal } from '../shared/message.ts';

/**
 * Whether a refusal may be about the form in which something was said, so that a form which was tried counts as tried. What is
 * about the credentials (401, 403), the moment or the resource says nothing of it: the form is tried again another time. Some
 * answer 500 to a form that they do not know.
 */
export function isAboutForm({ class: failureClass, status = 0 }: Refusal): boolean {
  if (failureClass === 'transient') return status === 500;
  if (failureClass === 'unsupported') return true;
  return (failureClass === 'rejected' || failureClass === 'conflict') && [400, 405, 409, 415, 422].includes(status);
}
