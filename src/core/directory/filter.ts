import { BridgeError } from '../model/errors.ts';

/** An LDAP search filter (RFC 4511 §4.5.1.7), values as bytes. `(&)` and `(|)` are true and false (RFC 4526). */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'equal' | 'greaterOrEqual' | 'lessOrEqual' | 'approx';
      readonly attribute: string;
      readonly value: Uint8Array;
    }
  | {
      readonly kind: 'substring';
      readonly attribute: string;
      readonly initial?: Uint8Array;
      readonly any: readonly Uint8Array[];
      readonly final?: Uint8Array;
    }
  | {
      readonly kind: 'extensible';
      readonly attribute?: string;
      readonly rule?: string;
      readonly dnAttributes: boolean;
      readonly value: Uint8Array;
    };

const description = /^[A-Za-z][A-Za-z0-9-]*(?:;[A-Za-z0-9-]+)*$|^[0-9]+(?:\.[0-9]+)*(?:;[A-Za-z0-9-]+)*$/;
const operators = { '>': 'greaterOrEqual', '<': 'lessOrEqual', '~': 'approx' } as const;

/**
 * Reads a filter in its text form (RFC 4515), strictly: a slip in a filter is a successful search with no result, and
 * a bridge that takes that for "everyone left" is dangerous. White space between filters is allowed.
 *
 * @throws BridgeError D2S_FILTER_INVALID with the column (from 1) and what is wrong there
 */
export function parseFilter(text: string): Filter {
  const parser = new FilterParser(text);
  return parser.parse();
}

class FilterParser {
  private at = 0;
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  parse(): Filter {
    this.space();
    const filter = this.filter();
    this.space();
    if (this.at < this.text.length) this.fail('there is text after the end of the filter');
    return filter;
  }

  private filter(): Filter {
    this.take('(');
    if (++this.depth > 100) this.fail('filters are nested more than 100 deep');
    this.space();
    const sign = this.text[this.at] ?? '';
    const filter = sign === '&' || sign === '|' || sign === '!' ? this.composed(sign) : this.item();
    this.depth -= 1;
    this.take(')');
    return filter;
  }

  private composed(sign: '&' | '|' | '!'): Filter {
    this.at += 1;
    this.space();
    if (sign === '!') {
      const filter = this.filter();
      this.space();
      return { kind: 'not', filter };
    }
    const filters: Filter[] = [];
    while (this.text[this.at] === '(') {
      filters.push(this.filter());
      this.space();
    }
    return { kind: sign === '&' ? 'and' : 'or', filters };
  }

  private item(): Filter {
    const start = this.at;
    const end = this.text.slice(start).search(/[()=]/) + start;
    if (end < start || this.text[end] !== '=') this.fail('an attribute name and "=" are expected');
    const left = this.text.slice(start, end).trim();
    this.at = end + 1;
    const sign = left.at(-1);
    if (sign === ':') return this.extensible(left.slice(0, -1), start);
    const compared = sign === '>' || sign === '<' || sign === '~' ? operators[sign] : undefined;
    const attribute = this.attribute(compared === undefined ? left : left.slice(0, -1), start);
    const parts = this.value();
    const [first, ...rest] = parts;
    if (compared !== undefined || rest.length === 0) {
      if (first === undefined || rest.length > 0)
        return this.fail('"*" has no meaning here; write \\2a for the character');
      return { kind: compared ?? 'equal', attribute, value: first };
    }
    const final = rest.pop();
    const filled = (part: Uint8Array | undefined): part is Uint8Array => part !== undefined && part.length > 0;
    if (rest.length === 0 && !filled(first) && !filled(final)) return { kind: 'present', attribute };
    return {
      kind: 'substring',
      attribute,
      ...(filled(first) ? { initial: first } : {}),
      any: rest.filter(filled),
      ...(filled(final) ? { final } : {}),
    };
  }

  private extensible(left: string, start: number): Filter {
    const [name = '', ...rest] = left.split(':');
    const dnAttributes = rest[0]?.toLowerCase() === 'dn';
    if (dnAttributes) rest.shift();
    const rule = rest.shift();
    if (rest.length > 0 || (name === '' && rule === undefined))
      this.fail('an extensible match is written attribute:rule:=value', start);
    if (rule !== undefined && !description.test(rule)) this.fail(`"${rule}" is not a matching rule`, start);
    const [value, ...more] = this.value();
    if (value === undefined || more.length > 0)
      return this.fail('"*" has no meaning here; write \\2a for the character');
    return {
      kind: 'extensible',
      ...(name === '' ? {} : { attribute: this.attribute(name, start) }),
      ...(rule === undefined ? {} : { rule }),
      dnAttributes,
      value,
    };
  }

  private attribute(name: string, start: number): string {
    if (!description.test(name)) this.fail(`"${name}" is not an attribute name`, start);
    return name;
  }

  /** The parts of a value between its stars. */
  private value(): Uint8Array[] {
    const start = this.at;
    const length = this.text.slice(start).search(/[()]/);
    if (length < 0) this.fail('a ")" is missing', this.text.length);
    const raw = this.text.slice(start, start + length);
    if (raw === '') this.fail('a value is missing; write * for any value');
    const bad = /\\(?![0-9A-Fa-f]{2})/.exec(raw);
    if (bad !== null) this.fail('"\\" must be followed by two hexadecimal digits', start + bad.index);
    this.at = start + length;
    return raw.split('*').map(unescape);
  }

  private take(character: string): void {
    if (this.text[this.at] !== character) this.fail(`a "${character}" is missing`);
    this.at += 1;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private fail(what: string, at: number = this.at): never {
    const where = `column ${at + 1} of ${JSON.stringify(this.text)}`;
    throw new BridgeError(
      'D2S_FILTER_INVALID',
      `the filter is not valid: ${what} (${where})`,
      'correct the filter; its form is described in RFC 4515',
    );
  }
}

function unescape(text: string): Uint8Array {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part] of text.matchAll(/\\[0-9A-Fa-f]{2}|[^\\]+/g)) {
    if (part.startsWith('\\')) bytes.push(Number.parseInt(part.slice(1), 16));
    else for (const byte of encoder.encode(part)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Names of attributes, in lower case, that a filter asks about. */
export function attributesIn(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(attributesIn);
    case 'not':
      return attributesIn(filter.filter);
    default:
      return filter.attribute === undefined ? [] : [filter.attribute.toLowerCase()];
  }
}
