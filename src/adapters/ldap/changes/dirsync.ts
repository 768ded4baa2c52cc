import { z } from 'zod';
import { attributeName } from '../../../core/directory/attribute.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { readSourceId } from '../read/entry-id.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { hasPaging } from '../connect/root-dse.ts';
import { searchSubtree, type SearchEntry } from '../protocol/search.ts';
import type { ChangeStrategy, Feed } from './change-strategy.ts';
import { searchDirSync } from './dirsync-search.ts';
import { isContainer } from './usn-containers.ts';
import { comparedNow, judgeUnseen, seesDeletions, unseenShape } from './usn-deletions.ts';
import { domainOf, refuseOutside } from './usn-domain.ts';
import { lostSince, positionShape, readPosition } from './usn-position.ts';

const cursorShape = z.object({ position: positionShape, unseen: unseenShape, cookie: z.base64() });

/** Deleted objects have lost their objectCategory and most else, but not their classes. */
const everything = '(objectClass=*)';

/** To get a cookie of now, without reading the domain for it. */
const nobody = '(objectGUID=\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00)';

/** More renamed entries than this are not looked up: everything is compared. */
const mostRenamed = 200;

/**
 * Active Directory by the DirSync control, used as a notifier. Only asked when the highest change number of the server
 * moved. What it has over `usn`: it names nobody for a change that no reader can see, and it finds the changes of a
 * large domain without the index on uSNChanged. A cookie is used with the domain controller that gave it only; others
 * may refuse it, and may lag behind.
 */
export const dirsync: ChangeStrategy = {
  name: 'dirsync',
  begin: async (directory) => {
    refuseOutside(directory);
    const position = await readPosition(directory);
    const end = await searchDirSync(directory, Buffer.alloc(0), nobody, () => undefined);
    if ('refused' in end) {
      throw new BridgeError(
        'D2S_DIRECTORY_READ_INCOMPLETE',
        `the server refuses DirSync: ${end.refused}`,
        'set `changes: usn` for this directory',
      );
    }
    return JSON.stringify({ position, unseen: comparedNow(directory), cookie: end.cookie.toString('base64') });
  },
  poll: async (directory, text): Promise<Feed> => {
    const earlier = cursorShape.parse(JSON.parse(text));
    const position = await readPosition(directory);
    const reason = lostSince(earlier.position, position);
    if (reason !== undefined) return { kind: 'lost', reason };
    const found = createFound();
    let { cookie } = earlier;
    let suspected = false;
    if (position.usn !== earlier.position.usn) {
      const end = await searchDirSync(directory, Buffer.from(cookie, 'base64'), everything, found.add);
      if ('refused' in end) return { kind: 'lost', reason: `the server refuses the DirSync cookie: ${end.refused}` };
      cookie = end.cookie.toString('base64');
      suspected = !(await seesDeletions(directory));
    }
    const { due, unseen } = judgeUnseen(directory, earlier.unseen, suspected);
    const cursor = JSON.stringify({ position, unseen, cookie });
    if (found.changed.size + found.gone.size === 0 && !due) return { kind: 'unchanged', cursor };
    const containers = due || (await hasContainer(directory, found.renamed));
    return { kind: 'changes', cursor, changed: found.changed, gone: found.gone, containers };
  },
};

interface Found {
  readonly changed: Set<SourceId>;
  readonly gone: Set<SourceId>;
  /** GUIDs of those that have a new name or a new place. */
  readonly renamed: Buffer[];
  readonly add: (entry: SearchEntry) => void;
}

function createFound(): Found {
  const changed = new Set<SourceId>();
  const gone = new Set<SourceId>();
  const renamed: Buffer[] = [];
  const add = ({ attributes }: SearchEntry): void => {
    const id = readSourceId(attributes, 'objectGUID');
    if (id === undefined) return;
    const values = new Map(attributes.map((attribute) => [attributeName(attribute.description), attribute.values]));
    const deleted = values.get('isdeleted')?.[0]?.toString('utf8') === 'TRUE';
    (deleted ? gone : changed).add(id);
    // An entry comes with whenCreated once, when it is new: what is beneath it then is new or moved itself.
    const guid = values.get('objectguid')?.[0];
    if (!deleted && guid !== undefined && values.has('name') && !values.has('whencreated'))
      renamed.push(Buffer.from(guid));
  };
  return { changed, gone, renamed, add };
}

/** Whether one of these is a container. DirSync does not send the classes of an entry that was there before. */
async function hasContainer(directory: OpenDirectory, guids: readonly Buffer[]): Promise<boolean> {
  const { session, rootDse, options } = directory;
  if (guids.length === 0) return false;
  if (guids.length > mostRenamed) return true;
  const filters = guids.map((value): Filter => ({ kind: 'equal', attribute: 'objectGUID', value }));
  let found = false;
  await searchSubtree(
    session,
    {
      base: domainOf(directory),
      filter: toLdapFilter({ kind: 'or', filters }),
      attributes: ['objectClass'],
      pageSize: hasPaging(rootDse) ? 500 : undefined,
      onEntry: ({ attributes }) => {
        found ||= isContainer(attributes.flatMap(({ values }) => values.map((value) => value.toString('utf8'))));
      },
      onReference: () => undefined,
      onPage: () => Promise.resolve(),
    },
    (send) => timed(options, 'search', send),
  );
  return found;
}
