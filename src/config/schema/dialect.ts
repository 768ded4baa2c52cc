import * as z from 'zod';
import type {
  BulkDialect,
  Dialect,
  DiscoveryDialect,
  FilterDialect,
  ListDialect,
  MemberDialect,
  PatchDialect,
  RateBudget,
  ValueDialect,
} from '../../core/dialect/dialect.ts';
import { rfc7644 } from '../../core/dialect/rfc7644.ts';
import { singleLists } from '../../core/dialect/single-lists.ts';
import { leaf, number, type Fields } from './dialect-field.ts';
import { groups, users } from './dialect-types.ts';
import { flawed } from './flaw.ts';
import { headerName } from './header.ts';
import { choice, flag, forms, text } from './values.ts';

/** A profile is no place for secrets: it is shown by `check`, and shared. */
const publicHeader = headerName.superRefine((name, context) => {
  if (!/^(authorization|cookie|proxy-authorization)$/i.test(name)) return;
  flawed(context, {
    what: `the header ${name} is a secret`,
    fix: 'put it under auth, as a reference to a file or variable',
  });
});

const searchable = z
  .union([z.literal('any'), z.array(text).min(1)])
  .register(forms, { form: 'any or a list of attributes, like [userName, externalId]' });

const discovery = {
  use: leaf(flag, rfc7644.discovery.use, 'False: the documents are not asked for.'),
  serviceProviderConfig: leaf(
    choice(['ServiceProviderConfig', 'ServiceProviderConfigs']),
    rfc7644.discovery.serviceProviderConfig,
    'How the document is called.',
  ),
} satisfies Fields<DiscoveryDialect>;

const patch = {
  operationCase: leaf(choice(['lower', 'capital']), rfc7644.patch.operationCase, '`capital`: Add, Replace, Remove.'),
  paths: leaf(
    choice(['each', 'object', 'dotted']),
    rfc7644.patch.paths,
    '`each`: one operation an attribute, with its path; `object`: one without path, whose value is nested as in a resource; `dotted`: the same with keys like `name.givenName`.',
  ),
  activePathless: leaf(flag, rfc7644.patch.activePathless, 'Send `active` in a request of its own, without a path.'),
  valueFilters: leaf(
    flag,
    rfc7644.patch.valueFilters,
    'False: paths like `emails[type eq "work"].value` are refused or ignored; the whole attribute is written.',
  ),
  extensionPaths: leaf(
    choice(['colon', 'object']),
    rfc7644.patch.extensionPaths,
    'How an attribute of an extension is named: `URN:attribute`, or as an object under the URN.',
  ),
  clear: leaf(
    choice(['remove', 'null', 'empty', 'skip']),
    rfc7644.patch.clear,
    'How a value is cleared. `skip`: not at all.',
  ),
  maxOperations: leaf(number, rfc7644.patch.maxOperations, 'Operations in one request.'),
  mixed: leaf(
    flag,
    rfc7644.patch.mixed,
    'False: adding members, removing members and changing attributes need requests of their own.',
  ),
} satisfies Fields<PatchDialect>;

const single = z
  .union([z.boolean(), z.array(z.enum(singleLists)).min(1)])
  .register(forms, { form: 'true, false, or a list of emails, phoneNumbers and addresses' });

const values = {
  booleans: leaf(choice(['boolean', 'string']), rfc7644.values.booleans, '`string`: "True" and "False".'),
  manager: leaf(
    choice(['object', 'string', 'array', 'sub-attribute']),
    rfc7644.values.manager,
    'How the manager is written: `{value: id}`, the bare id, `[{value: id}]`, or by the path `manager.value`.',
  ),
  single: leaf(
    single,
    rfc7644.values.single,
    'Of several e-mail addresses, phone numbers and addresses, keep the first that is mapped; or of those lists only, like `[emails]`.',
  ),
  primary: leaf(flag, rfc7644.values.primary, 'Mark the first e-mail address, phone number and address as primary.'),
  emptyLists: leaf(
    flag,
    rfc7644.values.emptyLists,
    'A new user says `"groups": []`, a new group without members `"members": []`.',
  ),
  lowerCaseLogins: leaf(flag, rfc7644.values.lowerCaseLogins, 'Send user names and e-mail addresses in lower case.'),
} satisfies Fields<ValueDialect>;

const members = {
  onCreate: leaf(
    choice(['after', 'include']),
    rfc7644.members.onCreate,
    '`include`: a new group is created with its members.',
  ),
  add: leaf(
    choice(['array', 'ids', 'nested', 'pathless']),
    rfc7644.members.add,
    'How members are added: `value: [{value}]`, `value: ["id"]`, `value: {members: [{value}]}` with the path `members`, or the same without a path.',
  ),
  remove: leaf(
    choice(['filter', 'filter-or', 'values']),
    rfc7644.members.remove,
    'How members are removed: `members[value eq "id"]` each, several joined by `or`, or `path: members, value: [{value}]`.',
  ),
  addPerRequest: leaf(number, rfc7644.members.addPerRequest, 'Members to add in one request.'),
  removePerRequest: leaf(number, rfc7644.members.removePerRequest, 'Members to remove in one request.'),
  valuesPerOperation: leaf(number, rfc7644.members.valuesPerOperation, 'Members in one operation.'),
  maxBytes: leaf(number, rfc7644.members.maxBytes, 'Bytes of a request that changes members.'),
  replace: leaf(flag, rfc7644.members.replace, 'Allow replacing the whole list where adding or removing fails.'),
  read: leaf(
    choice(['get', 'attributes', 'own-record']),
    rfc7644.members.read,
    'How members are read: with the group, with `attributes=members`, or not at all.',
  ),
  nested: leaf(flag, rfc7644.members.nested, 'Whether a group can be a member.'),
} satisfies Fields<MemberDialect>;

const filter = {
  users: leaf(searchable, rfc7644.filter.users, 'Attributes that users may be searched by.'),
  groups: leaf(searchable, rfc7644.filter.groups, 'Attributes that groups may be searched by.'),
  maxLength: leaf(number, rfc7644.filter.maxLength, 'Characters of a filter.'),
  ignoresCase: leaf(
    flag,
    rfc7644.filter.ignoresCase,
    'False: `userName eq` tells capitals from small letters, so that both spellings are asked for.',
  ),
  window: leaf(flag, rfc7644.filter.window, 'Look-ups say `&startIndex=1&count=100`.'),
} satisfies Fields<FilterDialect>;

const list = {
  paging: leaf(
    choice(['auto', 'index', 'cursor', 'none']),
    rfc7644.list.paging,
    '`auto`: by index, and by cursor (RFC 9865) as soon as an answer has one; `none`: one page is all.',
  ),
  pageSize: leaf(number, rfc7644.list.pageSize, 'Resources in one page.'),
  usable: leaf(flag, rfc7644.list.usable, 'False: lists are wrong or missing; only look-ups are to be trusted.'),
  excludeMembers: leaf(flag, rfc7644.list.excludeMembers, 'Ask for groups with `excludedAttributes=members`.'),
} satisfies Fields<ListDialect>;

const bulk = {
  use: leaf(flag, rfc7644.bulk.use, 'Send several changes in one request to /Bulk.'),
  methods: leaf(
    z
      .array(choice(['POST', 'PUT', 'PATCH', 'DELETE']))
      .min(1)
      .register(forms, { form: 'a list of POST, PUT, PATCH and DELETE' }),
    rfc7644.bulk.methods,
    'Methods that go into it. DELETE only where the target was seen to do it: `doctor` tries.',
  ),
  maxOperations: leaf(number, rfc7644.bulk.maxOperations, 'Operations in one request.'),
  maxBytes: leaf(number, rfc7644.bulk.maxBytes, 'Bytes of one request.'),
  operationsKey: leaf(
    choice(['Operations', 'operations']),
    rfc7644.bulk.operationsKey,
    'How the list of operations is called.',
  ),
  failOnErrors: leaf(
    z.int().min(0),
    rfc7644.bulk.failOnErrors,
    'After so many errors the target stops. 0: it goes on.',
  ),
} satisfies Fields<BulkDialect>;

const budget = {
  requests: z.number().positive().describe('So many requests.'),
  perSeconds: z.number().positive().describe('In so many seconds.'),
  burst: z.exactOptional(number).describe('Requests that may leave at once; the whole budget unless said.'),
  methods: z
    .exactOptional(z.array(choice(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])).min(1))
    .describe('Only these count. Without it: all.'),
  resource: z.exactOptional(choice(['users', 'groups'])).describe('Only requests for these count. Without it: all.'),
} satisfies Fields<RateBudget>;

const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape, description: string) =>
  z.exactOptional(z.strictObject(shape)).describe(description);

/** Every key of a dialect, each of which may be left out. */
export const dialectFields = {
  protocol: leaf(choice(['2.0', '1.1']), rfc7644.protocol, 'The version of SCIM.'),
  mediaType: leaf(
    choice(['application/scim+json', 'application/json']),
    rfc7644.mediaType,
    'Content-Type of requests.',
  ),
  trailingSlash: leaf(flag, rfc7644.trailingSlash, 'Write `/Users/` in place of `/Users`.'),
  headers: leaf(
    z.record(publicHeader, text),
    rfc7644.headers,
    'Further headers of every request. No secrets: those stand under `auth`.',
  ),
  discovery: section(discovery, 'What the target says about itself.'),
  users: section(users, 'How users are written.'),
  groups: section(groups, 'How groups are written.'),
  patch: section(patch, 'What a PATCH looks like.'),
  values: section(values, 'What values look like.'),
  members: section(members, 'How the members of groups are written.'),
  filter: section(filter, 'What can be searched by.'),
  list: section(list, 'How lists are read.'),
  etag: leaf(
    choice(['auto', 'on', 'off', 'required']),
    rfc7644.etag,
    'Send `If-Match` (RFC 7644 §3.14). `auto`: when the resource speaks of versions. `required`: the target takes no change without, so that each is read first.',
  ),
  bulk: section(bulk, 'Requests to /Bulk (RFC 7644 §3.7).'),
  rate: leaf(
    z
      .array(z.strictObject(budget))
      .register(forms, { form: 'a list of budgets, like [{ requests: 5, perSeconds: 1 }]' }),
    rfc7644.rate,
    'Budgets `{ requests, perSeconds, burst, methods, resource }`, all of which a request must fit into.',
  ),
} satisfies { readonly [Key in keyof Dialect]: z.ZodType };
