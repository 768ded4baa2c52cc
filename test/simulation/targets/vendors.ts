import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { layDialect, type Layer, type PartialDialect } from '../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../src/core/dialect/rfc7644.ts';
import { behaviourOf, isVendorName, vendors } from '../../support/scim-server/index.ts';
import type { Case } from './case.ts';
import type { Plot } from './world.ts';

const folder = new URL('../../../config/profiles/', import.meta.url);

/** How far servers of these vendors let themselves be brought, where that is not the whole way. */
const limits: Readonly<Record<string, Case>> = {
  // Nothing but names and e-mail addresses is known, and none of it changes.
  gitlab: { loose: ['userName', 'displayName', 'name', 'emails'] },
  // Names are not kept, and nothing changes.
  sentry: { loose: ['userName', 'displayName', 'name', 'emails', 'phoneNumbers', 'title', 'urn:', 'externalId'] },
  // One of each, without its type.
  zitadel: { loose: ['emails', 'phoneNumbers'] },
};

/** A profile file, and those that it stands on. */
async function layersOf(file: string): Promise<readonly Layer[]> {
  const {
    about,
    extends: base,
    ...says
  } = parse(await readFile(new URL(file, folder), 'utf8')) as PartialDialect & {
    readonly about: unknown;
    readonly extends?: string;
  };
  assert.ok(about !== undefined);
  return [...(base === undefined ? [] : await layersOf(`${base}.yaml`)), { origin: 'profile', says }];
}

/** Servers that are like vendors, each with its shipped profile. */
export async function vendorPlots(): Promise<Omit<Plot, 'seed'>[]> {
  const files = (await readdir(folder)).sort();
  const plots = await Promise.all(
    files.map(async (file): Promise<Omit<Plot, 'seed'>[]> => {
      const name = file.replace(/\.yaml$/, '');
      // Salesforce wants an entitlement of everybody, which no directory has by itself.
      if (!isVendorName(name) || name === 'salesforce') return [];
      const profile = await layersOf(file);
      const dialect = layDialect(rfc7644, profile);
      const leaves = dialect.users.deactivation === 'deletes' ? 'delete' : 'deactivate';
      const nature = behaviourOf(vendors[name]);
      return [{ name, behaviour: [nature], profile, leaves, hides: true, respells: true, ...limits[name] }];
    }),
  );
  return plots.flat();
}
