import assert from 'node:assert/strict';
import type { ChangeStrategy, Cursor, Feed } from '../../src/adapters/ldap/changes/change-strategy.ts';
import { openDirectory } from '../../src/adapters/ldap/connect/open.ts';
import type { OpenDirectory } from '../../src/adapters/ldap/connect/open-directory.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createServerChoice } from '../../src/adapters/ldap/connect/server-choice.ts';
import { toSourceId } from '../../src/core/directory/source-id.ts';
import type { SourceId } from '../../src/core/model/entry.ts';

/** Opens a session as a source does, for one use. */
export async function withServer<T>(
  options: LdapSourceOptions,
  use: (directory: OpenDirectory) => Promise<T>,
): Promise<T> {
  const directory = await openDirectory(options, createServerChoice(options), new AbortController().signal);
  try {
    return await use(directory);
  } finally {
    directory.session.close();
  }
}

/** A change feed that remembers its cursor, each poll with a session of its own. */
export interface FeedUnderTest {
  /** Begins at what is now. */
  begin(): Promise<void>;
  /** What happened since the last time. A lost feed keeps its cursor. */
  poll(): Promise<Feed>;
  /** The same, when it must not be lost: ids and whether containers changed. */
  changes(): Promise<Named>;
}

export interface Named {
  readonly changed: readonly SourceId[];
  readonly gone: readonly SourceId[];
  readonly containers: boolean;
}

/** `options` is asked each time, so that a test may go to another server in between. */
export function feedOf(strategy: ChangeStrategy, options: () => LdapSourceOptions): FeedUnderTest {
  let cursor: Cursor = '';
  const poll = async (): Promise<Feed> => {
    const feed = await withServer(options(), (directory) => strategy.poll(directory, cursor));
    if (feed.kind !== 'lost') cursor = feed.cursor;
    return feed;
  };
  return {
    begin: async () => {
      cursor = await withServer(options(), (directory) => strategy.begin(directory));
    },
    poll,
    changes: async () => {
      const feed = await poll();
      switch (feed.kind) {
        case 'unchanged':
          return { changed: [], gone: [], containers: false };
        case 'changes':
          return { changed: [...feed.changed].sort(), gone: [...feed.gone].sort(), containers: feed.containers };
        case 'lost':
          return assert.fail(feed.reason);
      }
    },
  };
}

/** The source id in what ldapsearch prints of one entry. */
export function guidIn(ldif: string): SourceId {
  const [, base64] = /^objectGUID:: (.*)$/m.exec(ldif) ?? assert.fail('no objectGUID');
  return toSourceId('objectGUID', Buffer.from(base64 ?? '', 'base64')) ?? assert.fail('no GUID');
}

/** An LDIF value for unicodePwd (MS-ADTS §3.1.1.3.1.5.1). */
export function unicodePassword(password: string): string {
  return Buffer.from(`"${password}"`, 'utf16le').toString('base64');
}
