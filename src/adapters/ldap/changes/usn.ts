import { z } from 'zod';
import { attributeName } from '../../../core/directory/attribute.ts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { readSourceId } from '../read/entry-id.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { hasPaging } from '../connect/root-dse.ts';
import { searchSubtree, type SearchEntry } from '../protocol/search.ts';
import type { ChangeStrategy, Feed } from './change-strategy.ts';
import { isContainer } from './usn-containers.ts';
import { comparedNow, judgeUnseen, seesDeletions, showDeleted, unseenShape } from './usn-deletions.ts';
import { domainOf, refuseOutside } from './usn-domain.ts';
import { lostSince, positionShape, readPosition, type Position } from './usn-position.ts';
import { findWitnesses, firstNumber, hear, witnessesShape, type Sighting } from './usn-witnesses.ts';

const cursorShape = z.object({ position: positionShape, unseen: unseenShape, witnesses: witnessesShape });

/** How far back a beginning looks for witnesses. */
const lookBack = 50n;

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
  begin: async (directory) => {
    refuseOutside(directory);
    const position = await readPosition(directory);
    const last = BigInt(position.usn);
    const seen = await searchFrom(directory, last > lookBack ? last - lookBack : 1n);
    return JSON.stringify({ position, unseen: comparedNow(directory), witnesses: findWitnesses(seen, position) });
  },
  poll: async (directory, text): Promise<Feed> => {
    const earlier = cursorShape.parse(JSON.parse(text));
    const position = await readPosition(directory);
    const reason = lostSince(earlier.position, position);
    if (reason !== undefined) return { kind: 'lost', reason };
    if (position.usn === earlier.position.usn) return judge(directory, { seen: [], missing: [], position, earlier });
    const seen = await searchFrom(directory, firstNumber(earlier.position, earlier.witnesses));
    const testimony = hear(seen, earlier.position, earlier.witnesses);
    return 'lost' in testimony
      ? { kind: 'lost', reason: testimony.lost }
      : judge(directory, { seen, ...testimony, position, earlier });
  },
};

interface Polled {
  readonly seen: readonly Seen[];
  readonly missing: readonly SourceId[];
  readonly position: Position;
  readonly earlier: z.infer<typeof cursorShape>;
}

async function judge(directory: OpenDirectory, { seen, missing, position, earlier }: Polled): Promise<Feed> {
  const { gone, containers, ...named } = sumUp(seen, earlier.position);
  const changed = named.changed.union(new Set(missing));
  const suspected = !isExplained(seen, earlier.position, position) && !(await seesDeletions(directory));
  const { due, unseen } = judgeUnseen(directory, earlier.unseen, suspected);
  const isSame = position.usn === earlier.position.usn;
  const witnesses = isSame ? earlier.witnesses : findWitnesses(seen, position);
  const cursor = JSON.stringify({ position, unseen, witnesses });
  if (changed.size + gone.size === 0 && !due) return { kind: 'unchanged', cursor };
  // Whoever is missing may be anything.
  const onlyPeople =
    missing.length === 0 && seen.every((one) => one.usn <= BigInt(earlier.position.usn) || isPerson(one));
  return { kind: 'changes', cursor, changed, gone, containers: containers || due, onlyPeople };
}

interface Seen extends Sighting {
  readonly deleted: boolean;
  readonly classes: readonly string[];
  readonly created: bigint;
}

/** Everything in the domain that carries this change number or a higher one. */
async function searchFrom(directory: OpenDirectory, first: bigint): Promise<Seen[]> {
  const { session, rootDse, options } = directory;
  const seen: Seen[] = [];
  await searchSubtree(
    session,
    {
      base: domainOf(directory),
      filter: toLdapFilter(parseFilter(`(uSNChanged>=${first})`)),
      attributes: ['objectGUID', 'objectClass', 'isDeleted', 'uSNChanged', 'uSNCreated', 'whenChanged'],
      pageSize: hasPaging(rootDse) ? 500 : undefined,
      controls: [showDeleted()],
      onEntry: (entry) => {
        const [number] = textsOf(entry, 'usnchanged');
        // Found by its number, which it then does not show: as if it had changed just now.
        seen.push({
          id: readSourceId(entry.attributes, 'objectGUID'),
          usn: number === undefined ? newest : BigInt(number),
          changedAt: textsOf(entry, 'whenchanged')[0] ?? '',
          deleted: textsOf(entry, 'isdeleted')[0] === 'TRUE',
          classes: textsOf(entry, 'objectclass'),
          created: BigInt(textsOf(entry, 'usncreated')[0] ?? 0),
        });
      },
      onReference: () => undefined, // other partitions and domains: no base lies there
      onPage: () => Promise.resolve(),
    },
    (send) => timed(options, 'search', send),
  );
  return seen;
}

/** Users, contacts, computers: none of them has members or groups beneath it. The deleted keep their classes. */
function isPerson({ classes }: Seen): boolean {
  return classes.some((name) => name.toLowerCase() === 'person');
}

/** Change numbers have 64 bits. */
const newest = 2n ** 63n;

/** Whom to read again, of those who changed after a position. */
function sumUp(
  seen: readonly Seen[],
  { usn: known }: Position,
): Pick<Extract<Feed, { kind: 'changes' }>, 'changed' | 'gone' | 'containers'> {
  const changed = new Set<SourceId>();
  const gone = new Set<SourceId>();
  let containers = false;
  for (const { id, usn: number, deleted, classes, created } of seen) {
    if (id === undefined || number <= BigInt(known)) continue;
    (deleted ? gone : changed).add(id);
    // What came to stand beneath a new container was created or moved itself, and has a number of its own.
    if (!deleted && created <= BigInt(known) && isContainer(classes)) containers = true;
  }
  return { changed, gone, containers };
}

/** Whether each number that was given between two positions is that of something visible: then nothing else happened. */
function isExplained(seen: readonly Seen[], { usn: from }: Position, { usn: to }: Position): boolean {
  const numbers = new Set(
    seen.map(({ usn: number }) => number).filter((number) => number > BigInt(from) && number <= BigInt(to)),
  );
  return BigInt(numbers.size) === BigInt(to) - BigInt(from);
}

function textsOf(entry: SearchEntry, name: string): string[] {
  return entry.attributes
    .filter(({ description }) => attributeName(description) === name)
    .flatMap(({ values }) => values.map((value) => value.toString('utf8')));
}
