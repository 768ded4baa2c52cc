import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changed, loadText, refusal, smallest, withTarget } from './files.ts';

/** The smallest configuration with another removal, and a profile. */
const leaving = (removal: string, profile: string) =>
  `${changed('leaves: deactivate', removal)}    profile: ${profile}\n`;

describe('what a target cannot do is refused when the configuration is loaded', () => {
  const cases: Readonly<Record<string, readonly [text: string, position: string, message: RegExp]>> = {
    'deactivating where that deletes': [
      leaving('leaves: deactivate', 'sentry'),
      '9:24',
      /removal\.leaves: on this target whoever is deactivated is deleted \(profile sentry\); write delete if that is meant, or keep/,
    ],
    'deleting users where there is no DELETE': [
      leaving('leaves: delete', 'salesforce'),
      '9:24',
      /removal\.leaves: this target cannot delete users \(profile salesforce\); write deactivate or keep/,
    ],
    'deleting users later': [
      leaving('leaves: deactivate, deleteAfter: 30d', 'okta'),
      '9:49',
      /removal\.deleteAfter: this target cannot delete users \(profile okta\); leave it out/,
    ],
    'deleting groups': [
      leaving('leaves: keep, groups: delete', 'salesforce'),
      '9:38',
      /removal\.groups: this target cannot delete groups \(profile salesforce\); write empty or keep/,
    ],
    'creating inactive users': [
      withTarget('profile: workos\nusers: { createInactive: true }'),
      '11:30',
      /users\.createInactive: this target cannot create inactive users \(profile workos\)/,
    ],
  };
  for (const [what, [text, position, message]] of Object.entries(cases)) {
    it(what, async (t) => {
      const error = await refusal(t, text);
      assert.equal(error.code, 'D2S_CONFIG_INVALID');
      assert.match(error.message, message);
      assert.equal(/^dir2scim\.yaml:(\d+:\d+): /.exec(error.message)?.[1], position, error.message);
    });
  }

  it('and may be said otherwise by the configuration', async (t) => {
    await loadText(t, leaving('leaves: delete', '{ extends: okta, users: { deletion: deletes } }'));
  });
});

describe('notes say what the profile makes of a configuration', () => {
  const notes = async (...[t, text]: Parameters<typeof loadText>) =>
    (await loadText(t, text)).targets.get('wiki')?.notes;

  it('nothing where it makes nothing of it', async (t) => {
    assert.deepEqual(await notes(t, smallest), []);
    assert.deepEqual(await notes(t, leaving('leaves: deactivate', 'github-emu')), []);
  });

  it('that a deletion cannot be undone, or is none', async (t) => {
    assert.deepEqual(await notes(t, leaving('leaves: delete', 'github-emu')), [
      'profile github-emu: removal deletes users, and on this target nothing of a deleted user can be had back',
    ]);
    assert.deepEqual(await notes(t, leaving('leaves: deactivate, deleteAfter: 30d', 'github-emu')), [
      'profile github-emu: removal deletes users, and on this target nothing of a deleted user can be had back',
    ]);
    assert.deepEqual(await notes(t, leaving('leaves: delete', 'slack')), [
      'profile slack: removal deletes users, which this target takes for deactivating them',
    ]);
  });

  it('that there are no groups, and that being inactive is being deleted', async (t) => {
    assert.deepEqual(await notes(t, leaving('leaves: keep', 'github-org')), [
      'profile github-org: the target has no groups: none are in its scope',
      'profile github-org: whoever is inactive in the directory is deleted on the target: it cannot deactivate',
    ]);
  });

  it('that groups are not created, and that there are no updates', async (t) => {
    assert.deepEqual(await notes(t, withTarget('profile: salesforce')), [
      'profile salesforce: the target makes its groups itself: those that it does not have are reported, not created',
    ]);
    assert.match(
      (await notes(t, leaving('leaves: delete', 'sentry')))?.[0] ?? '',
      /the target takes no updates of users: what the map says is sent at creation only/,
    );
  });

  it('which lines of the map are not sent, or only once', async (t) => {
    const map = `{ nickName: cn, userName: 'lower(mail)', title: null, timezone: { value: '"UTC"', apply: create }, enterprise.manager: ref(manager), 'emails[type eq "work"].value': { value: mail, apply: create } }`;
    const [first, second, ...rest] =
      (await notes(t, leaving('leaves: keep', `gitlab\n    users: { map: ${map} }`))) ?? [];
    assert.match(`${first ?? ''}${second ?? ''}`, /no groups.*is deleted/);
    assert.deepEqual(rest, [
      'profile gitlab: users.map: nickName is not sent, because the target does not take it',
      'profile gitlab: users.map: userName is sent at creation only, because the target does not change it',
      'profile gitlab: users.map: timezone is not sent, because the target does not take it',
      'profile gitlab: users.map: enterprise.manager is not sent, because the target does not take it',
    ]);
  });
});

it('what the configuration changes is not blamed on the profile alone', async (t) => {
  const error = await refusal(t, leaving('leaves: delete', '{ extends: slack, users: { deletion: none } }'));
  assert.match(error.message, /this target cannot delete users \(profile slack as changed in the configuration\)/);
  const paced = await refusal(t, `${leaving('leaves: delete', 'okta')}    limits: { requestsPerSecond: 5 }\n`);
  assert.match(paced.message, /\(profile okta\)/);
});
