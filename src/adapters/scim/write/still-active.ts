import { readActive } from '../../../core/mapping/active.ts';
import type { Body } from '../shared/message.ts';

/** Whether an answered account says of itself that it is active. */
export function showsActive(body: Body | undefined): boolean {
  return body !== undefined && readActive(body) === true;
}
