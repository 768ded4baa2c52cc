/**
 * What a target taught by refusing something: the value that holds for it from then on. Kept in the state, shown in
 * `status`, stronger than the profile and weaker than the configuration.
 */
export interface LearnedSetting {
  /** The name of the setting, like `patch.valueFilters`. */
  readonly setting: LearnableSetting;
  readonly value: string | number | boolean | readonly string[];
  /** When, ISO 8601. */
  readonly at: string;
  /** What the target answered, in our words: no text of the target, no personal data. */
  readonly because: string;
}

/** Only these are ever learned; what a state holds beside them is left out when it is read. */
export const learnableSettings = [
  'mediaType',
  'trailingSlash',
  'users.update',
  'groups.update',
  'groups.create',
  'groups.supported',
  'patch.valueFilters',
  'patch.clear',
  'patch.maxOperations',
  'patch.paths',
  'patch.extensionPaths',
  'patch.activePathless',
  'values.manager',
  'values.booleans',
  'members.onCreate',
  'members.add',
  'members.remove',
  'members.addPerRequest',
  'members.removePerRequest',
  'members.read',
  'filter.users',
  'filter.groups',
  'list.usable',
  'list.paging',
  'etag',
  'bulk.use',
  'bulk.maxOperations',
] as const;
export type LearnableSetting = (typeof learnableSettings)[number];
