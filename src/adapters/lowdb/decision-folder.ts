import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { BridgeError } from '../../core/model/errors.ts';
import type { Decision } from '../../ports/state-store.ts';
import { damaged, unwritable } from './faults.ts';
import { readText, type StateFiles } from './files.ts';
import { parseJson } from './lines.ts';
import { replaceFile } from './replace-file.ts';

const decisionShape = z.strictObject({
  planId: z.string(),
  decision: z.enum(['approve', 'reject']),
  at: z.iso.datetime(),
});
const planIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const extension = '.json';
/** A decision is some 80 bytes; whatever is longer is something else. */
const sizeLimit = 1024;

/** Decisions as one small file each, so that another process can leave one while a daemon holds the lock. */
export class DecisionFolder {
  readonly #files: StateFiles;
  readonly #folder: string;

  constructor(files: StateFiles, stateFolder: string) {
    this.#files = files;
    this.#folder = join(stateFolder, 'decisions');
  }

  /** Oldest first. Files that are no decisions are passed over: they must not stop a daemon. */
  async read(): Promise<readonly Decision[]> {
    const facts = await this.#files.inspect(this.#folder);
    if (facts?.kind !== 'folder') return [];
    const decisions: Decision[] = [];
    for (const name of await this.#files.list(this.#folder)) {
      if (!name.endsWith(extension)) continue;
      const decision = await this.#readOne(name).catch(() => undefined);
      if (decision !== undefined) decisions.push(decision);
    }
    return decisions.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.planId < b.planId ? -1 : 1));
  }

  async #readOne(name: string): Promise<Decision | undefined> {
    const path = join(this.#folder, name);
    if ((await this.#files.inspect(path))?.kind !== 'file') return undefined;
    const text = await readText(this.#files, path, sizeLimit);
    const decision = decisionShape.safeParse(parseJson(text ?? ''));
    return decision.success && name === `${decision.data.planId}${extension}` ? decision.data : undefined;
  }

  /** A later decision about the same plan replaces the one before. */
  async write(decision: Decision): Promise<void> {
    const { planId, at } = decision;
    const path = this.#pathOf(planId);
    try {
      await this.#files.makeFolder(this.#folder);
      const facts = await this.#files.inspect(this.#folder);
      if (facts?.kind !== 'folder') throw damaged(this.#folder, 'is not a folder');
      const text = JSON.stringify({ planId, decision: decision.decision, at });
      await replaceFile(this.#files, path, [text, '\n'], `${path}.${randomUUID()}.tmp`);
    } catch (error) {
      throw error instanceof BridgeError ? error : unwritable(path, error);
    }
  }

  async remove(planId: string): Promise<void> {
    const path = this.#pathOf(planId);
    try {
      if ((await this.#files.inspect(path)) === undefined) return;
      await this.#files.remove(path);
      await this.#files.syncFolder(this.#folder);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  #pathOf(planId: string): string {
    if (planIdPattern.test(planId)) return join(this.#folder, `${planId}${extension}`);
    throw new BridgeError('D2S_PLAN_NOT_HELD', 'this is not the id of a plan', 'copy the id from the message of the hold');
  }
}
