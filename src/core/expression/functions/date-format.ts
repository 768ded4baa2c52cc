/** Times written and read by a pattern, with the letters that .NET (and so Entra ID) uses for them. */

const tokens = /'([^']*)'|yyyy|yy|MM|M|dd|d|HH|H|mm|ss|fff|[^']/g;

const fields: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  yy: (date) => String(date.getUTCFullYear() % 100).padStart(2, '0'),
  MM: (date) => String(date.getUTCMonth() + 1).padStart(2, '0'),
  M: (date) => String(date.getUTCMonth() + 1),
  dd: (date) => String(date.getUTCDate()).padStart(2, '0'),
  d: (date) => String(date.getUTCDate()),
  HH: (date) => String(date.getUTCHours()).padStart(2, '0'),
  H: (date) => String(date.getUTCHours()),
  mm: (date) => String(date.getUTCMinutes()).padStart(2, '0'),
  ss: (date) => String(date.getUTCSeconds()).padStart(2, '0'),
  fff: (date) => String(date.getUTCMilliseconds()).padStart(3, '0'),
};

/** @param moment milliseconds since 1970 */
export function formatMoment(moment: number, format: string): string {
  const date = new Date(moment);
  return format.replace(
    tokens,
    (token: string, quoted: string | undefined) => quoted ?? fieldOf(token)?.(date) ?? token,
  );
}

/** Milliseconds since 1970, in UTC; undefined when the text is not of this form or no such day exists. */
export function readMoment(text: string, format: string): number | undefined {
  const found = new Map<string, number>();
  let rest = text;
  for (const [token, quoted] of format.matchAll(tokens)) {
    const digits =
      fieldOf(token) === undefined
        ? undefined
        : new RegExp(`^\\d{${token.length}${token.length === 1 ? ',2' : ''}}`).exec(rest)?.[0];
    const literal = fieldOf(token) === undefined ? (quoted ?? token) : digits;
    if (literal === undefined || !rest.startsWith(literal)) return undefined;
    if (digits !== undefined) found.set(token, Number(digits));
    rest = rest.slice(literal.length);
  }
  if (rest !== '') return undefined;
  const year = found.get('yyyy') ?? 2000 + (found.get('yy') ?? 0);
  const month = found.get('MM') ?? found.get('M') ?? 1;
  const day = found.get('dd') ?? found.get('d') ?? 1;
  const hour = found.get('HH') ?? found.get('H') ?? 0;
  const date = new Date(
    Date.UTC(2000, month - 1, 1, hour, found.get('mm') ?? 0, found.get('ss') ?? 0, found.get('fff') ?? 0),
  );
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

function fieldOf(token: string): ((date: Date) => string) | undefined {
  return Object.hasOwn(fields, token) ? fields[token] : undefined;
}
