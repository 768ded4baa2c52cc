import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { isRefusal, schemas } from '../shared/message.ts';
import { versionOf } from '../answers/resource.ts';
import { supports } from '../dialect/service-provider-config.ts';
import type { Bench } from './bench.ts';
import { settingOf } from './change.ts';
import { plainPaths } from './patch-shapes.ts';
import { capital, pathOf } from './specimen.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** Versions, what answers to changes show, and whether the target told the truth about itself. */
export const extras: Subject = {
  name: 'Extras',
  trials: [
    { name: 'versions', run: tryVersions },
    { name: 'answers', run: tryAnswers },
    { name: 'claims', run: tryClaims },
  ],
};

/** RFC 7644 §3.14: a change of a version that is not the last one is refused with 412. */
async function tryVersions(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.anna, 'no user could be made');
  const [path] = plainPaths(bench);
  if (facts.userUpdate !== 'patch' || path === undefined) throw new Untestable('attributes are not changed by PATCH');
  const before = await bench.ask('GET', pathOf('user', id));
  if (isRefusal(before)) throw new Untestable(`the user cannot be read (${words(before)})`);
  const { version } = versionOf(before);
  const claimed = supports(facts.config, 'etag') === true;
  if (version === undefined)
    return { verdict: 'absent', text: 'users have no versions', says: claimed ? { etag: 'off' } : {} };
  const send = (): Promise<unknown> => change(bench, id, path, version);
  await send();
  const stale = await change(bench, id, path, version);
  facts.etags = isRefusal(stale) && stale.status === 412;
  if (facts.etags) return works('a change of an old version is refused with 412', claimed ? {} : { etag: 'on' });
  const off: PartialDialect = claimed ? { etag: 'off' } : {};
  return isRefusal(stale)
    ? { verdict: 'refused', text: `a change with If-Match is refused (${words(stale)})`, says: off }
    : { verdict: 'lies', text: 'users have versions, but If-Match is ignored', says: off };
}

function change(bench: Bench, id: string, path: string, version: string): ReturnType<Bench['ask']> {
  const operation = settingOf(bench.dialect(), path, bench.fresh());
  const isLower = bench.dialect().patch.operationCase === 'lower';
  return bench.ask(
    'PATCH',
    pathOf('user', id),
    { schemas: [schemas.patch], Operations: [isLower ? operation : capital(operation)] },
    { 'if-match': version },
  );
}

/** What was read after each change, against what its answer showed. */
function tryAnswers({ trace }: Bench): Promise<TrialResult> {
  const { whole, empty, strange, wrong } = trace.answers();
  if (whole + empty + strange.length === 0) throw new Untestable('nothing was changed');
  const said = [
    wrong.length === 0 ? '' : `answers show what is not stored so: ${wrong.join(', ')}`,
    strange.length === 0 ? '' : `2xx with something else than the resource: ${strange.join(', ')}`,
  ].filter((text) => text !== '');
  if (said.length > 0) return Promise.resolve({ verdict: 'lies', text: said.join('; ') });
  return Promise.resolve(
    works(
      whole === 0
        ? 'changes are answered without a body'
        : `what answers show is what is stored${empty === 0 ? '' : '; some have no body'}`,
    ),
  );
}

/** ServiceProviderConfig against what was seen. */
function tryClaims({ facts }: Bench): Promise<TrialResult> {
  const { config, searchable } = facts;
  if (config === undefined) throw new Untestable('there is no ServiceProviderConfig');
  const filters = [...searchable.users.values()];
  const seen = {
    patch: facts.patchTried === true ? facts.patchStyle === true || facts.activeByPatch === true : undefined,
    filter: filters.length === 0 ? undefined : filters.includes(true),
    etag: facts.etags,
    bulk: facts.bulk,
  };
  const wrong = (['patch', 'filter', 'etag', 'bulk'] as const).flatMap((name) => {
    const claimed = supports(config, name) ?? false;
    const real = seen[name];
    return real === undefined || real === claimed
      ? []
      : [`it claims ${claimed ? '' : 'no '}${name}, but ${real ? 'it works' : 'it does not work'}`];
  });
  if (wrong.length === 0) return Promise.resolve(works('ServiceProviderConfig tells the truth'));
  return Promise.resolve({ verdict: 'lies', text: `ServiceProviderConfig is wrong: ${wrong.join('; ')}` });
}
