import { cp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { forEachConcurrently } from '../../../src/cycle/shared/work.ts';
import type { Site } from './site.ts';

/**
 * Does a job for each case, several side by side, each on a site as `make` made it. To make one may take several syncs,
 * so that each is put back after its case and serves the next one.
 */
export async function forEachOnSite<Case>(
  cases: readonly Case[],
  width: number,
  make: () => Promise<Site>,
  job: (site: Site, one: Case) => Promise<void>,
): Promise<void> {
  const free: RepeatedSite[] = [];
  await using all = new AsyncDisposableStack();
  await forEachConcurrently(
    cases,
    width,
    () => false,
    async (one) => {
      const repeated = free.pop() ?? (await keep(all.use(await make())));
      await job(repeated.site, one);
      await repeated.putBack();
      free.push(repeated);
    },
  );
}

interface RepeatedSite {
  readonly site: Site;
  putBack(): Promise<void>;
}

async function keep(site: Site): Promise<RepeatedSite> {
  const copy = `${site.state}.kept`;
  if (existsSync(site.state)) await cp(site.state, copy, { recursive: true });
  const putTargetBack = site.target.freeze();
  return {
    site,
    putBack: async () => {
      putTargetBack();
      site.target.setFaults({});
      for (const path of [site.state, `${site.state}.latest`]) await rm(path, { recursive: true, force: true });
      if (existsSync(copy)) await cp(copy, site.state, { recursive: true });
    },
  };
}
