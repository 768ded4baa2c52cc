import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { BridgeError } from '../../core/model/errors.ts';
import type { Verb } from '../../core/model/plan.ts';
import type { Decision, LeftDecisions, UnusableDecision } from '../../ports/decisions.ts';
import { damaged, foreign, openToAll, unwritable } from './shared/faults.ts';
import { readText, type StateFiles } from './shared/files.ts';
import { tryParseJson } from './shared/lines.ts';
import { mayBePlanted, ownUser } from './shared/owner.ts';
import { replaceFile } from './shared/replace-file.ts';

const heldOperation = z.strictObject({
  /** One that is not known is in no plan. */
  verb: z.custom<Verb>((value) => typeof value === 'string'),
  type: z.enum(['user', 'group']),
  sourceId: z.string(),
  departed: z.exactOptional(z.literal(true)),
  leftScope: z.exactOptional(z.literal(true)),
  lookalike: z.exactOptional(z.string()),
  add: z.exactOptional(z.array(z.string())),
  remove: z.exactOptional(z.array(z.string())),
  changes: z.exactOptional(z.array(z.strictObject({ path: z.string(), value: z.exactOptional(z.string()) }))),
});
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const decisionShape = z.strictObject({
  target: name,
  holdId: name,
  decision: z.enum(['approve', 'reject', 'push', 'undo', 'retry']),
  at: z.iso.datetime(),
  by: z.exactOptional(z.strictObject({ via: z.enum(['shell', 'api']), user: z.string() })),
  early: z.exactOptional(z.boolean()),
  sourceId: z.exactOptional(z.string()),
  operations: z.exactOptional(z.array(heldOperation)),
});
/** As versions before wrote it: about whichever target held something under this id. */
const withoutTarget = z.strictObject({
  planId: z.string(),
  decision: z.enum(['approve', 'reject']),
  at: z.iso.datetime(),
});
const extension = '.json';
/** Some 200 bytes, but for a push of a group with very many members. Whatever is longer is something else. */
const sizeLimit = 1 << 22;

type WaitingDecision = LeftDecisions['waiting'][number];

/**
 * Decisions as one small file each, so that another process can leave one while a daemon holds the lock. Each has a name
 * of its own, so that whoever used one takes out that one, and not a later one about the same hold.
 */
export class DecisionFolder {
  readonly #files: StateFiles;
  readonly #state: string;
  readonly #folder: string;

  constructor(files: StateFiles, stateFolder: string) {
    this.#files = files;
    this.#state = stateFolder;
    this.#folder = join(stateFolder, 'decisions');
  }

  /** What is no decision is told and passed over: it must not stop a daemon. */
  async read(): Promise<LeftDecisions> {
    const facts = await this.#files.inspect(this.#folder);
    if (facts?.kind !== 'folder') return { waiting: [], unusable: [] };
    // Whoever can write there decides about what is held.
    if (mayBePlanted(facts, await this.#files.inspect(this.#state)))
      return { waiting: [], unusable: [{ key: '', because: 'untrusted' }] };
    const waiting: WaitingDecision[] = [];
    const unusable: UnusableDecision[] = [];
    const keys = await this.#files.list(this.#folder).catch(() => undefined);
    // Somebody else's, whose rights keep us out.
    if (keys === undefined) return { waiting: [], unusable: [{ key: '', because: 'unreadable' }] };
    for (const key of keys) {
      if (!key.endsWith(extension)) continue;
      const found = await this.#readOne(key).catch((): UnusableDecision => ({ key, because: 'unreadable' }));
      if (found === undefined) continue;
      if ('because' in found) unusable.push(found);
      else waiting.push(found);
    }
    return {
      waiting: waiting.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.key < b.key ? -1 : 1)),
      unusable,
    };
  }

  /** Undefined when it is gone by now: somebody took it out meanwhile. */
  async #readOne(key: string): Promise<WaitingDecision | UnusableDecision | undefined> {
    const path = join(this.#folder, key);
    const facts = await this.#files.inspect(path);
    if (facts === undefined) return undefined;
    if (facts.kind !== 'file') return { key, because: 'unreadable' };
    const content = tryParseJson((await readText(this.#files, path, sizeLimit)) ?? '');
    const decision = decisionShape.safeParse(content);
    if (decision.success) return { ...decision.data, key };
    const old = withoutTarget.safeParse(content);
    return old.success ? { key, because: 'no_target', at: old.data.at } : { key, because: 'unreadable' };
  }

  /** Puts the new one in place before those that it replaces go: there is no moment without any. */
  async write(decision: Decision): Promise<void> {
    const { target, holdId } = decision;
    if (![target, holdId].every((one) => name.safeParse(one).success)) throw notAnId();
    const path = join(this.#folder, `${target}.${holdId}.${randomBytes(6).toString('hex')}${extension}`);
    try {
      await this.#files.makeFolder(this.#folder);
      const facts = await this.#files.inspect(this.#folder);
      if (facts?.kind !== 'folder') throw damaged(this.#folder, 'is not a folder');
      if (facts.owner !== undefined && (facts.mode & 0o002) !== 0) throw openToAll(this.#folder);
      if (facts.owner !== undefined && mayBePlanted(facts, await this.#files.inspect(this.#state)))
        throw foreign(this.#folder, facts.owner, ownUser() ?? 0);
      const before = (await this.read()).waiting.filter((one) => one.target === target && one.holdId === holdId);
      await replaceFile(this.#files, path, [JSON.stringify(decision), '\n']);
      for (const { key } of before) await this.remove(key);
    } catch (error) {
      throw error instanceof BridgeError ? error : unwritable(path, error);
    }
  }

  async remove(key: string): Promise<void> {
    const path = join(this.#folder, key);
    try {
      if (basename(key) !== key || (await this.#files.inspect(path)) === undefined) return;
      await this.#files.remove(path);
      await this.#files.syncFolder(this.#folder);
    } catch (error) {
      throw unwritable(path, error);
    }
  }
}

function notAnId(): BridgeError {
  return new BridgeError(
    'D2S_PLAN_NOT_HELD',
    'this is not the id of a hold',
    'copy the id from the message of the hold',
  );
}
