import { parseScimPath } from '../core/mapping/scim-path.ts';
import { checkAccess } from './check-access.ts';
import { checkRules } from './check-rules.ts';
import { nearest } from '../core/expression/nearest.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { ProfiledTarget } from './profile.ts';

/** What is wrong between the keys of one target, and between it and the directories. */
export function checkTarget(path: ConfigPath, target: ProfiledTarget, directories: readonly string[]): Problem[] {
  return [
    ...checkAccess(path, target),
    ...checkNames([...path, 'from'], target.from ?? [], directories),
    ...checkRemoval([...path, 'removal', 'deleteAfter'], target.removal),
    ...(['users', 'groups'] as const).flatMap((type) => [
      ...checkMatch([...path, type, 'match'], target[type].match),
      ...checkKeys([...path, type, 'map'], Object.keys(target[type].map)),
      ...checkRules([...path, type, 'map'], target[type].map),
    ]),
  ];
}

/** Names of directories: each is there, and named once. */
export function checkNames(path: ConfigPath, from: readonly string[], directories: readonly string[]): Problem[] {
  return from.flatMap((name, index): Problem[] => {
    const at: Pick<Problem, 'path' | 'at'> = { path: [...path, index], at: 'value' };
    if (from.indexOf(name) < index) return [{ ...at, what: `${name} is named twice`, fix: 'leave one out' }];
    if (directories.includes(name)) return [];
    const meant = nearest(name, directories);
    const fix = meant === undefined ? `there are: ${directories.join(', ')}` : `did you mean ${meant}?`;
    return [{ ...at, what: `there is no directory "${name}"`, fix }];
  });
}

function checkRemoval(path: ConfigPath, removal: ProfiledTarget['removal']): Problem[] {
  if (removal.deleteAfter === undefined || removal.leaves === 'deactivate') return [];
  return [
    {
      path,
      at: 'key',
      what: `deleteAfter has no meaning with leaves: ${removal.leaves}`,
      fix: 'leave it out, or write leaves: deactivate',
    },
  ];
}

function checkMatch(path: ConfigPath, match: readonly string[]): Problem[] {
  return match.flatMap((text, index) =>
    match.indexOf(text) < index
      ? [{ path: [...path, index], at: 'value' as const, what: `${text} is named twice`, fix: 'leave one out' }]
      : [],
  );
}

function checkKeys(path: ConfigPath, keys: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return keys.flatMap((key): Problem[] => {
    const parsed = parseScimPath(key);
    // SCIM attribute names compare without case (RFC 7643 §2.1).
    const text = typeof parsed === 'string' ? key : parsed.text.toLowerCase();
    const other = seen.get(text);
    seen.set(text, key);
    return other === undefined
      ? []
      : [{ path: [...path, key], at: 'key', what: `this is the same attribute as ${other}`, fix: 'keep one of them' }];
  });
}
