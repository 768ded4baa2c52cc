import type { SourceId } from '../model/entry.ts';
import type { PlanInput } from './plan-input.ts';

/**
 * What the state would know if those who came in the place of others had their links already: with these, a relink is
 * planned like any update, and memberships pass over without a word.
 */
export function handOver(input: PlanInput): PlanInput {
  if (input.successors.size === 0) return input;
  const heirs = new Map([...input.successors].map(([heir, { replaces }]) => [replaces.sourceId, heir]));
  const pass = (id: SourceId): SourceId => heirs.get(id) ?? id;
  const directories = new Map(input.resources.map(({ sourceId, directory }) => [sourceId, directory]));
  const links = new Map(
    [...input.links].flatMap(([id, link]) => {
      const unsettled = link.unsettled?.map(pass);
      return heirs.has(id) ? [] : [[id, unsettled === undefined ? link : { ...link, unsettled }]];
    }),
  );
  for (const [heir, { replaces }] of input.successors) {
    const directory = directories.get(heir) ?? replaces.directory;
    links.set(heir, {
      ...replaces,
      sourceId: heir,
      directory,
      departedAt: undefined,
      unsettled: replaces.unsettled?.map(pass),
    });
  }
  return {
    ...input,
    links,
    members: new Map([...input.members].map(([group, ids]) => [pass(group), new Set([...ids].map(pass))])),
    departures: input.departures.filter(({ link }) => !heirs.has(link.sourceId)),
  };
}
