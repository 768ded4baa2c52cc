import * as z from 'zod';
import type { GroupDialect, UserDialect } from '../../core/dialect/dialect.ts';
import { rfc7644 } from '../../core/dialect/rfc7644.ts';
import { leaf, type Fields } from './dialect-field.ts';
import { flawed } from './flaw.ts';
import { choice, flag, matchPath } from './values.ts';

const paths = z.array(matchPath);

/** Without the first nobody is recognised after a rename, without the second nobody is ever switched off. */
const droppablePaths = z.array(
  matchPath.superRefine((path, context) => {
    if (path === 'externalId' || path === 'active')
      flawed(context, { what: `${path} cannot be dropped: dir2scim needs it for everyone`, fix: 'leave it out' });
  }),
);

function typeFields(usual: UserDialect | GroupDialect) {
  return {
    update: leaf(
      choice(['patch', 'put', 'put-merge', 'none']),
      usual.update,
      'What updates go by. `put-merge`: a PUT leaves alone what it does not name; `none`: there are no updates, attributes are sent at creation only.',
    ),
    create: leaf(flag, usual.create, 'False: the target makes them itself; they can be found and updated only.'),
    required: leaf(
      paths,
      usual.required,
      'SCIM paths without which the target refuses a resource. Whoever lacks one is reported and not sent.',
    ),
    drop: leaf(
      droppablePaths,
      usual.drop,
      'SCIM paths that the target refuses or ignores: never sent, whatever the map says.',
    ),
    immutable: leaf(paths, usual.immutable, 'SCIM paths that can only be given at creation.'),
  };
}

/** How users are written. */
export const users = {
  ...typeFields(rfc7644.users),
  activation: leaf(
    choice(['update', 'patch']),
    rfc7644.users.activation,
    'How `active` is switched: like any attribute, or always by PATCH.',
  ),
  deactivation: leaf(
    choice(['reversible', 'deletes']),
    rfc7644.users.deactivation,
    'What `active: false` does. `deletes`: the account and its id are gone.',
  ),
  deletion: leaf(
    choice(['deletes', 'deactivates', 'irreversible', 'none']),
    rfc7644.users.deletion,
    'What DELETE does. `irreversible`: nothing of the account can be had back; `none`: there is no DELETE.',
  ),
  createInactive: leaf(flag, rfc7644.users.createInactive, 'False: accounts cannot be created inactive.'),
  reactivation: leaf(
    choice(['update', 'recreate']),
    rfc7644.users.reactivation,
    '`recreate`: a deactivated user cannot be found any more, and is created again to come back.',
  ),
} satisfies Fields<UserDialect>;

/** How groups are written. */
export const groups = {
  ...typeFields(rfc7644.groups),
  supported: leaf(
    choice(['auto', 'on', 'off']),
    rfc7644.groups.supported,
    '`off`: the target has no groups, so that none are in its scope. With `auto`, it is found out from /ResourceTypes or a list, as soon as a request for groups is answered with 404.',
  ),
  deletion: leaf(choice(['deletes', 'none']), rfc7644.groups.deletion, '`none`: there is no DELETE.'),
  renameWithId: leaf(
    flag,
    rfc7644.groups.renameWithId,
    'Say the `id` of a group in the operation without path that changes it.',
  ),
} satisfies Fields<GroupDialect>;
