import { parseScimPath } from '../core/mapping/scim-path.ts';
import { checkRules } from './check-rules.ts';
import { isLoopback } from './cleartext.ts';
import { nearest } from '../core/expression/nearest.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { ProfiledTarget } from './profile.ts';

/** What is wrong between the keys of one target, and between it and the directories. */
export function checkTarget(path: ConfigPath, target: ProfiledTarget, directories: readonly string[]): Problem[] {
  return [
    ...checkUrl([...path, 'url'], target),
    ...checkAuth([...path, 'auth'], target.auth),
    ...checkFrom([...path, 'from'], target.from ?? [], directories),
    ...checkRemoval([...path, 'removal', 'deleteAfter'], target.removal),
    ...(['users', 'groups'] as const).flatMap((type) => [
      ...checkMatch([...path, type, 'match'], target[type].match),
      ...checkKeys([...path, type, 'map'], Object.keys(target[type].map)),
      ...checkRules([...path, type, 'map'], target[type].map),
    ]),
  ];
}

function checkUrl(path: ConfigPath, target: ProfiledTarget): Problem[] {
  const url = URL.parse(target.url);
  const say = (what: string, fix: string): Problem[] => [{ path, at: 'value', what, fix }];
  // The text is not repeated where it may contain a login.
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return say('this is not an http or https address', 'write it like https://host/scim/v2');
  if (url.username !== '' || url.password !== '') return say('the URL contains a login', 'put it under auth');
  if (url.search !== '' || url.hash !== '') return say('the URL has a query or a fragment', 'leave off ? and #');
  if (url.protocol === 'https:' || target.allowCleartext || isLoopback(url)) return [];
  return [{
    path,
    at: 'value',
    code: 'D2S_CLEARTEXT_REFUSED',
    what: `the secret under auth would travel to ${url.hostname} in clear text`,
    fix: 'use https://; allowCleartext: true in this target allows it, and lets anyone on the way read the secret',
  }];
}

function checkAuth(path: ConfigPath, auth: ProfiledTarget['auth']): Problem[] {
  const given = Object.keys(auth);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'there is no way to authenticate' : `there are ${given.length} ways to authenticate (${given.join(', ')})`;
    return [{ path, at: 'key', what, fix: 'name exactly one of bearer, basic and headers' }];
  }
  if (auth.headers === undefined || Object.keys(auth.headers).length > 0) return [];
  return [{ path: [...path, 'headers'], at: 'key', what: 'no header is named', fix: 'write it like X-Api-Key: { env: NAME }' }];
}

function checkFrom(path: ConfigPath, from: readonly string[], directories: readonly string[]): Problem[] {
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
  return [{ path, at: 'key', what: `deleteAfter has no meaning with leaves: ${removal.leaves}`, fix: 'leave it out, or write leaves: deactivate' }];
}

function checkMatch(path: ConfigPath, match: readonly string[]): Problem[] {
  return match.flatMap((text, index) =>
    match.indexOf(text) < index ? [{ path: [...path, index], at: 'value' as const, what: `${text} is named twice`, fix: 'leave one out' }] : [],
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
    return other === undefined ? [] : [{ path: [...path, key], at: 'key', what: `this is the same attribute as ${other}`, fix: 'keep one of them' }];
  });
}
