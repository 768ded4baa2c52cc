import type { Refusal } from '../shared/message.ts';

/** `400: invalidPath: …`, as it stands in a sentence. */
export function words({ status, detail }: Pick<Refusal, 'status' | 'detail'>): string {
  const short = detail.length > 120 ? `${detail.slice(0, 119)}…` : detail;
  return status === undefined || short === `HTTP ${status}` ? short : `${status}: ${short}`;
}
