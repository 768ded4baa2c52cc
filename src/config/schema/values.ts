import * as z from 'zod';
import { parseDn } from '../../core/directory/dn.ts';
import { parseFilter } from '../../core/directory/filter.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { parseScimPath } from '../../core/mapping/scim-path.ts';
import { durationForm, parseDuration } from '../duration.ts';
import { parseListenAddress } from '../listen-address.ts';
import { parseSchedule } from '../schedule.ts';
import { flawed, type SchemaFlaw } from './flaw.ts';

/** Words that the product will know one day (none named: all others), and a sentence that says so. */
export interface Later {
  readonly values?: readonly string[];
  readonly what: string;
}

/** What a value looks like, for whoever wrote something of another type. */
export const forms = z.registry<{
  readonly form: string;
  /** True where any text will do, so that a number only lacks its quotes. */
  readonly quotable?: boolean;
  readonly later?: Later;
}>();

export const text = z.string().trim().min(1).register(forms, { form: 'a text', quotable: true });
export const flag = z.boolean().register(forms, { form: 'true or false' });

/** A text that a parser takes apart; what the parser complains about becomes the problem. */
function parsed<T>(form: string, parse: (text: string) => { readonly value: T } | { readonly flaw: SchemaFlaw }) {
  return z
    .string()
    .register(forms, { form })
    .transform((input, context): T => {
      const result = parse(input);
      return 'value' in result ? result.value : flawed(context, result.flaw);
    });
}

/** For parsers that answer with a sentence when they fail. */
function sentenced<T>(result: T | string): { readonly value: T } | { readonly flaw: SchemaFlaw } {
  return typeof result === 'string' ? { flaw: { what: result } } : { value: result };
}

/** A number of things: at least one. */
export const positiveInteger = z.int().min(1).register(forms, { form: 'a whole number above 0' });

export const duration = parsed(durationForm, (input) => sentenced(parseDuration(input)));
export const schedule = parsed(
  'an interval with its unit (10s) or a cron expression in quotes ("0 3 * * *")',
  (input) => sentenced(parseSchedule(input)),
);
export const listenAddress = parsed('host:port, like 127.0.0.1:9464', (input) => sentenced(parseListenAddress(input)));

/** RFC 4512 §2.5: a short name (`keystring`) or a numeric OID, without options. */
export const ldapAttributeName = parsed('the name of an LDAP attribute, like entryUUID', (input) => {
  const isName = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/.test(input);
  return isName
    ? { value: input }
    : {
        flaw: { what: `${JSON.stringify(input)} is not the name of an LDAP attribute`, fix: 'write it like entryUUID' },
      };
});

export const dn = parsed('a DN in quotes, like "OU=Staff,DC=corp,DC=example"', (input) => {
  const isDn = input.trim() !== '' && parseDn(input) !== undefined;
  return isDn
    ? { value: input }
    : { flaw: { what: `${JSON.stringify(input)} is not a DN`, fix: 'write it like "OU=Staff,DC=corp,DC=example"' } };
});

export const filter = parsed('an LDAP filter in quotes, like "(objectClass=group)"', (input) => {
  try {
    parseFilter(input);
    return { value: input };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { flaw: { code: error.code, what: error.message, fix: error.remedy } };
  }
});

/** A SCIM path, as canonical text. */
export const matchPath = parsed('a SCIM path, like userName', (input) => {
  const path = parseScimPath(input);
  return typeof path === 'string' ? { flaw: { what: path } } : { value: path.text };
});

/** Labels of letters, digits and hyphens (RFC 1123 §2.1), with the underscores that Windows allows. */
export const domainName = parsed('a domain like corp.example', (input) =>
  /^(?=.{1,200}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/.test(input)
    ? { value: input }
    : { flaw: { what: `${JSON.stringify(input)} is not a DNS domain`, fix: 'write it like corp.example' } },
);

/** MS-ADTS §6.1.1.2.2.1: the name of a site is one label of DNS names. */
export const siteName = parsed('the name of a site, like Berlin', (input) =>
  /^[A-Za-z0-9_-]{1,63}$/.test(input)
    ? { value: input }
    : {
        flaw: {
          what: `${JSON.stringify(input)} is not the name of a site`,
          fix: 'it stands in "Active Directory Sites and Services"',
        },
      },
);

/** POSIX.1-2017 §8.1. Not repeated when it is wrong: it may be the secret itself, put in the wrong place. */
const variableName = parsed('the name of an environment variable', (input) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(input)
    ? { value: input }
    : {
        flaw: {
          what: 'this is not the name of an environment variable',
          fix: 'the secret stands in the variable; its name stands here',
        },
      },
);

const secretForm = '{ file: PATH } or { env: NAME } (a secret is a reference, never the value itself)';

export const secret = z
  .strictObject({
    file: z
      .exactOptional(text)
      .describe(
        'Path of a file that holds the secret, relative to the configuration file. Read again each time that it is needed; a newline at its end does not count.',
      ),
    env: z.exactOptional(variableName).describe('Name of an environment variable that holds the secret.'),
  })
  .register(forms, { form: secretForm })
  .transform((reference, context) => {
    if (reference.file !== undefined && reference.env === undefined) return { file: reference.file };
    if (reference.env !== undefined && reference.file === undefined) return { env: reference.env };
    return flawed(context, { what: `expected: ${secretForm}`, fix: 'name exactly one of the two' });
  });

/** One of several words. */
export function choice<const T extends readonly string[]>(values: T, later?: Later) {
  return z.enum(values).register(forms, { form: values.join(', '), ...(later === undefined ? {} : { later }) });
}

/** Names become labels of metrics and keys of the state. */
export const configName = z.string().superRefine((name, context) => {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) return;
  flawed(context, {
    what: `"${name}" cannot be a name`,
    fix: 'use letters, digits, - and _, beginning with a letter or digit, 63 at most: names become labels of metrics',
  });
});
