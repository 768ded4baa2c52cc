import { listSettings, type PartialDialect } from '../../../core/dialect/layers.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import { isDeepStrictEqual } from 'node:util';

/**
 * Of what was learned, what a profile has to say: where it differs from the RFCs, or from what ServiceProviderConfig
 * would make of them.
 */
export function pruneSaying(says: PartialDialect, discovered: PartialDialect): PartialDialect {
  const usual = new Map(listSettings(rfc7644, []).map(({ name, value }) => [name, value]));
  const announced = new Map(
    listSettings(rfc7644, [{ origin: 'discovery', says: discovered }]).map(({ name, value }) => [name, value]),
  );
  const said = listSettings(rfc7644, [{ origin: 'learned', says }]).filter(
    ({ name, value, origin }) =>
      origin === 'learned' &&
      !(isDeepStrictEqual(value, usual.get(name)) && isDeepStrictEqual(value, announced.get(name))),
  );
  const result: Record<string, unknown> = {};
  for (const { name, value } of said) {
    const [section = '', key] = name.split('.');
    if (key === undefined) result[section] = value;
    else result[section] = { ...(result[section] as object | undefined), [key]: value };
  }
  return result;
}
