import { z } from 'zod';
import { attributeName } from '../../../core/directory/attribute.ts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { readSourceId } from '../entry-id.ts';
import { toLdapFilter } from '../filter.ts';
import { timed } from '../open.ts';
import type { OpenDirectory } from '../open-directory.ts';
import { hasPaging } from '../root-dse.ts';
import { searchSubtree, type SearchEntry } from '../search.ts';
import type { ChangeStrategy, Feed } from './change-strategy.ts';
import { isContainer } from './usn-containers.ts';
import { comparedNow, judgeUnseen, seesDeletions, showDeleted, unseenShape } from './usn-deletions.ts';
import { domainOf, findOutside } from './usn-domain.ts';
import { lostSince, positionShape, readPosition, type Position } from './usn-position.ts';

const cursorShape = z.object({ position: positionShape, unseen: unseenShape });

/**
 * Active Directory by change numbers (Microsoft: "Polling for Changes Using USNChanged"): what a domain controller
 * wrote last carries the highest numbers. While its highest number stays, nothing happened, and two small requests
 * (rootDSE and invocationId) say so.
 *
 * The search takes in the whole domain, without the configured bases and filters, so that whoever leaves them is named
 * too. Computers and the like are named with the rest; they are not known, and not found when they are read again.
 */
export const usn: ChangeStrategy = {
  name: 'usn',
  probe: async (directory) => {
    const outside = findOutside(directory);
    if (outside !== undefined) return `the base ${outside} lies outside of the domain of this server`;
    try {
      await searchChanged(directory, await readPosition(directory));
      return undefined;
    } catch (error) {
      if (error instanceof BridgeError && error.code !== 'D2S_INTERRUPTED') return error.message;
      throw error;
    }
  },
  begin: async (directory) =>
    JSON.stringify({ position: await readPosition(directory), unseen: comparedNow(directory) }),
  poll: async (directory, text): Promise<Feed> => {
    const { position: earlier, unseen: before } = cursorShape.parse(JSON.parse(text));
    const position = await readPosition(directory);
    const reason = lostSince(earlier, position);
    if (reason !== undefined) return { kind: 'lost', reason };
    const found = position.usn === earlier.usn ? nothing : await searchChanged(directory, earlier);
    const suspected = !isExplained(found.numbers, earlier, position) && !(await seesDeletions(directory));
    const { due, unseen } = judgeUnseen(directory, before, suspected);
    const cursor = JSON.stringify({ position, unseen });
    if (found.changed.size + found.gone.size === 0 && !due) return { kind: 'unchanged', cursor };
    return { kind: 'changes', cursor, changed: found.changed, gone: found.gone, containers: found.containers || due };
  },
};

interface Found {
  readonly changed: ReadonlySet<SourceId>;
  readonly gone: ReadonlySet<SourceId>;
  readonly containers: boolean;
  /** The change numbers that visible entries carry. */
  readonly numbers: ReadonlySet<bigint>;
}

const nothing: Found = { changed: new Set(), gone: new Set(), containers: false, numbers: new Set() };

/** Everything in the domain that carries a change number above that of a position. */
async function searchChanged(directory: OpenDirectory, { usn: known }: Position): Promise<Found> {
  const { session, rootDse, options } = directory;
  const changed = new Set<SourceId>();
  const gone = new Set<SourceId>();
  const numbers = new Set<bigint>();
  let containers = false;
  await searchSubtree(
    session,
    {
      base: domainOf(directory),
      filter: toLdapFilter(parseFilter(`(uSNChanged>=${BigInt(known) + 1n})`)),
      attributes: ['objectGUID', 'objectClass', 'isDeleted', 'uSNChanged', 'uSNCreated'],
      pageSize: hasPaging(rootDse) ? 500 : undefined,
      controls: [showDeleted()],
      onEntry: (entry) => {
        const [number] = textsOf(entry, 'usnchanged');
        if (number !== undefined) numbers.add(BigInt(number));
        const id = readSourceId(entry.attributes, 'objectGUID');
        if (id === undefined) return;
        const deleted = textsOf(entry, 'isdeleted')[0] === 'TRUE';
        (deleted ? gone : changed).add(id);
        // What came to stand beneath a new container was created or moved itself, and has a number of its own.
        const isNew = BigInt(textsOf(entry, 'usncreated')[0] ?? 0) > BigInt(known);
        if (!deleted && !isNew && isContainer(textsOf(entry, 'objectclass'))) containers = true;
      },
      onReference: () => undefined, // other partitions and domains: no base lies there
      onPage: () => Promise.resolve(),
    },
    (send) => timed(options, 'search', send),
  );
  return { changed, gone, containers, numbers };
}

/** Whether each number that was given between two positions is that of something visible: then nothing else happened. */
function isExplained(numbers: ReadonlySet<bigint>, { usn: from }: Position, { usn: to }: Position): boolean {
  const inside = [...numbers].filter((number) => number > BigInt(from) && number <= BigInt(to));
  return BigInt(inside.length) === BigInt(to) - BigInt(from);
}

function textsOf(entry: SearchEntry, name: string): string[] {
  return entry.attributes
    .filter(({ description }) => attributeName(description) === name)
    .flatMap(({ values }) => values.map((value) => value.toString('utf8')));
}
