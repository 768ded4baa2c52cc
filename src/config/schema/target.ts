import * as z from 'zod';
import { authSection, proxySection, targetTls } from './access.ts';
import { attributeMap, condition } from './expression.ts';
import { profileSection } from './profile.ts';
import { choice, dn, duration, flag, forms, matchPath, text } from './values.ts';

const memberOf = z
  .array(dn)
  .default([])
  .describe(
    'DNs of groups: membership in one of them, direct or through other groups, is enough. Empty: no condition.',
  );

const where = z
  .exactOptional(condition)
  .describe('Condition (CEL) over the LDAP attributes. Without it: everyone who was read.');

const scope = z.strictObject({
  users: z
    .strictObject({ where, memberOf })
    .prefault({})
    .describe('Which users belong on the target. All conditions that are given must hold.'),
  groups: z
    .strictObject({
      where,
      memberOf,
      nested: choice(['flatten', 'keep', 'direct'])
        .default('flatten')
        .describe(
          'Groups in groups. `flatten`: their members count as members; `keep`: groups are members; `direct`: only users who are members themselves.',
        ),
    })
    .prefault({})
    .describe('Which groups belong on the target.'),
});

const match = (paths: readonly string[]) =>
  z
    .array(matchPath)
    .min(1)
    .prefault([...paths])
    .describe('SCIM paths by which an account that exists already is found, tried in this order.');

const adoption = ['first-match', 'never', 'also-foreign'] as const;
const adoptText =
  'Whether an existing KIND that matches is taken over. `never`: it is left alone and reported. `also-foreign`: also one that carries the externalId of somebody else.';

const adopt = choice(adoption).default('first-match').describe(adoptText.replace('KIND', 'account'));

const adoptGroups = z
  .exactOptional(choice(adoption))
  .describe(
    `${adoptText.replace('KIND', 'group')} A group with members whom dir2scim did not put there is taken over only where this key is written, and after the first load once somebody approves it. Without it: \`first-match\` for all others.`,
  );

const adoptedMembers = choice(['keep', 'remove'])
  .default('keep')
  .describe(
    'What happens to those in an adopted group whom the directory does not have in it, as far as the target shows them at the adoption: they stay (`keep`), or leave like any other member, within the limits of `guard` (`remove`).',
  );

const map = attributeMap.describe(
  "SCIM path: expression (CEL) over LDAP attributes. Adds to the preset of the directory's kind key by key, or overrides it; `null` removes a key.",
);

/** @param half whether `atLeast` may never stand for more than half of those whom it is about */
const limit = (percent: number, atLeast: number, half = true) =>
  z
    .strictObject({
      percent: z.number().min(0).max(100).default(percent).describe('Share of the population, in percent.'),
      atLeast: z
        .int()
        .min(0)
        .default(atLeast)
        .describe(`So many are allowed whatever the share${half ? ', but never more than half, and always one' : ''}.`),
    })
    .prefault({});

export const targetSchema = z.strictObject({
  url: text.describe('Base URL of the SCIM service, as the vendor gives it; `/Users` is appended to it.'),
  auth: authSection.describe('How requests authenticate: exactly one of `bearer`, `oauth2`, `basic` and `headers`.'),
  profile: profileSection.describe(
    "The dialect of SCIM that the target speaks: the name of a profile (docs/targets.md), a file, or values of one's own.",
  ),
  tls: targetTls,
  proxy: z
    .exactOptional(proxySection)
    .describe(
      'HTTP proxy on the way to the target: an address, or `{ url, username, password }`. Without it: what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.',
    ),
  from: z
    .exactOptional(z.array(text).min(1))
    .describe(
      'Names of the directories that feed this target. An entry that several of them show is written once: for the first of them in which it is in scope. Default: all.',
    ),
  overlap: choice(['held', 'allowed'])
    .default('held')
    .describe(
      "What happens when another directory has an entry that is linked from one of them: `held`, a person is asked and the account stays as it is meanwhile; `allowed`, it is the first directory's in which it is in scope.",
    ),
  scope: scope.prefault({}).describe('Who belongs on the target.'),
  users: z
    .strictObject({
      match: match(['externalId', 'userName']),
      adopt,
      reactivateAdopted: flag
        .default(false)
        .describe(
          'Whether an account that is adopted, and switched off on the target, is switched on because the directory has an active entry for it. `false`: it stays switched off until the entry was disabled or out of scope and comes back, or somebody says so with `explain WHO --push`.',
        ),
      createInactive: flag.default(false).describe('Create accounts also for those who are inactive in the directory.'),
      map,
    })
    .prefault({})
    .describe('How users are found and mapped.'),
  groups: z
    .strictObject({ match: match(['externalId', 'displayName']), adopt: adoptGroups, adoptedMembers, map })
    .prefault({})
    .describe('How groups are found and mapped.'),
  removal: z
    .strictObject({
      leaves: choice(['deactivate', 'delete', 'keep']).describe(
        'What happens to users who leave the directory or the scope: `deactivate`, `delete` or `keep`. `delete`: at once when it is certain that the entry is gone; whoever may only be hidden is switched off, and deleted a week later. Required; there is no default.',
      ),
      deleteAfter: z
        .exactOptional(duration)
        .describe('How long after leaving a deactivated user is deleted. Without it: never.'),
      longestLeap: z
        .exactOptional(duration)
        .describe(
          'How far the clock may go on while no cycle ends before it counts as a leap: time beyond it counts for no deletion, and what would be due by it is held. Without it: 8 days, or half of `deleteAfter` where that is less, and always a day.',
        ),
      groups: choice(['delete', 'empty', 'keep'])
        .default('keep')
        .describe(
          'What happens to groups that leave: `delete`, `empty` (remove all members) or `keep`. `delete` empties those first that may only be hidden.',
        ),
    })
    .describe('What happens to those who leave; `leaves` must be said, like `removal: { leaves: deactivate }`.'),
  guard: z
    .strictObject({
      removals: limit(10, 5).describe(
        'Users and groups that lose access. Those whom the directory says to be disabled are counted apart from those who are missing.',
      ),
      members: limit(20, 10).describe('Members leaving one group.'),
      memberships: limit(10, 20).describe('Members leaving, all groups together; and groups that become empty.'),
      updates: limit(30, 20, false).describe(
        'Users and groups that change, and those that the target lost and is given again.',
      ),
      clears: limit(10, 5).describe(
        'Users and groups of which an attribute is emptied, attribute by attribute: a share of those that have a value there.',
      ),
      reactivations: limit(10, 5).describe('Users who get access back: a share of those without.'),
      adoptions: limit(10, 5, false).describe(
        'Existing accounts and groups that are taken over, once the first load is over.',
      ),
      creations: limit(30, 50, false).describe(
        'New accounts and groups, and those that the target lost and that are made again, once the first load is over.',
      ),
      relinks: limit(10, 5).describe('Accounts and groups that pass to the new entry of the same person or group.'),
      mustSee: z
        .array(text)
        .default([])
        .describe(
          'DNs or source ids of entries without which no reading is believed: when one is missing, the cycle of this target ends before anything is planned. They must be among what is read.',
        ),
    })
    .prefault({})
    .describe(
      'More than this is held until a person approves it: in one cycle, and together with the 24 hours before it.',
    ),
  limits: z
    .strictObject({
      requestsPerSecond: z
        .exactOptional(z.number().positive())
        .describe('What the vendor allows. Without it: as fast as the target answers.'),
      concurrency: z
        .union([z.literal('auto'), z.int().min(1).max(1000)])
        .register(forms, { form: 'auto or a whole number from 1 to 1000' })
        .default('auto')
        .describe('Requests at the same time, at most; fewer while the target has trouble with them. `auto`: 32.'),
      seats: z
        .exactOptional(z.int().min(1))
        .describe(
          'How many users may be active on the target through dir2scim, because it is paid for so many. Creations and reactivations beyond it, also as another entry, wait until somebody leaves; whoever leaves in the same cycle frees the seat first. Adopted accounts count and never wait; deactivated ones do not count.',
        ),
      seatOrder: text
        .default('userName')
        .describe(
          "Who gets a seat first: the SCIM path of the users' map by whose value they come, in the order of the alphabet; those without a value come last.",
        ),
    })
    .prefault({})
    .describe('How fast the target may be asked, and how many people may have access.'),
  drift: choice(['report', 'repair', 'off'])
    .default('report')
    .describe(
      'What `schedule.verify` does with what others changed on the target: `report` it (log, metrics, `status`), `repair` it under the guard, or `off`: this target is not compared.',
    ),
  allowCleartext: flag
    .default(false)
    .describe(
      'Allow secrets to travel over plain `http://` to a host that is not loopback. Anyone on the way can read them.',
    ),
});
