import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import { schemas } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { settingOf } from './change.ts';
import { choose, effectOf, shows, type Choice, type Way } from './effect.ts';
import { capital, pathOf } from './specimen.ts';

/** How the operations of a PATCH may be written, the way of RFC 7644 §3.5.2 first. */
const styles = [
  { name: 'with a path', operationCase: 'lower', paths: 'each' },
  { name: 'with a path, op in capitals', operationCase: 'capital', paths: 'each' },
  { name: 'without a path', operationCase: 'lower', paths: 'object' },
  { name: 'without a path, op in capitals', operationCase: 'capital', paths: 'object' },
] as const;
export type StyleName = (typeof styles)[number]['name'];

/** The first way of saying a change that is understood. */
export async function chooseStyle(
  bench: Bench,
  type: ResourceType,
  id: string,
  path: string,
): Promise<Choice<StyleName>> {
  const ways = styles.map(({ name, operationCase, paths }): Way<StyleName> => ({
    name,
    async try() {
      const value = type === 'group' ? `${bench.tag}-${bench.fresh()}` : bench.fresh();
      const operation = settingOf({ patch: { ...bench.dialect().patch, paths } }, path, value);
      const body = {
        schemas: [schemas.patch],
        Operations: [operationCase === 'lower' ? operation : capital(operation)],
      };
      return effectOf(bench, await bench.ask('PATCH', pathOf(type, id), body), type, id, (held) =>
        shows(held, path, value),
      );
    },
  }));
  return choose(ways);
}

export function styleSays(chosen: StyleName | undefined): PartialDialect {
  const style = styles.find(({ name }) => name === chosen);
  return style === undefined ? {} : { patch: { operationCase: style.operationCase, paths: style.paths } };
}
