import { parse, stringify } from 'yaml';
import type { PartialDialect } from '../core/dialect/layers.ts';
import { profileFileSchema } from './schema/profile.ts';

/**
 * What was learned as a profile file, the same for the same findings within a month.
 *
 * @param now milliseconds since 1970
 */
export function profileText(url: string, now: number, says: PartialDialect): string {
  const about = {
    title: URL.parse(url)?.host ?? url,
    sources: [url],
    date: new Date(now).toISOString().slice(0, 7),
    tested: 'lab',
  };
  const head = '# Learned by dir2scim doctor: what differs from RFC 7644.\n\n';
  const text = head + stringify({ about, ...says }, { lineWidth: 120, flowCollectionPadding: false });
  profileFileSchema.parse(parse(text)); // whoever uses it must not be the first to find that it is none
  return text;
}
