import type { Clock } from '../../../ports/clock.ts';
import { documentAnswer } from '../shared/bounds.ts';
import { isRefusal, type Exchange } from '../shared/message.ts';
import { readList } from '../answers/list.ts';
import type { TargetDialect } from './target-dialect.ts';
import { advertisedDialect } from './service-provider-config.ts';

/** Whether there is a SCIM service at the base URL at all. */
export interface ScimSigns {
  isThere(signal: AbortSignal): Promise<boolean>;
  /** One of its documents, or a list, was answered just now. */
  seen(): void;
}

/** For so long, what was found out holds. */
const restMilliseconds = 60_000;
/** With these a server says that there is nothing at a path. API gateways answer 403 where they have no route (Amazon). */
const nothingThere: ReadonlySet<number | undefined> = new Set([403, 404, 405, 410, 501]);

/**
 * A wrong base URL answers 404 to everything, and a search that is answered 404 looks like "nobody there": everybody would
 * be created. Some targets do answer so to a search that finds nobody, which is why the documents that every SCIM
 * service has (RFC 7644 §4) are asked for, one after the other until one is there, and in the end for a list. What cannot
 * be had for another reason (no answer, 500) proves nothing against it.
 */
export function createScimSigns(
  exchange: Exchange,
  targetDialect: Pick<TargetDialect, 'current' | 'discovered' | 'isDiscovered' | 'settings'>,
  clock: Pick<Clock, 'monotonic'>,
): ScimSigns {
  let known: { readonly isThere: boolean; readonly at: number } | undefined;
  let underWay: Promise<boolean> | undefined;

  const isDocumentThere = async (name: string, signal: AbortSignal): Promise<boolean> => {
    const answer = await exchange(
      { method: 'GET', path: `/${name}`, subject: 'discovery', maxBytes: documentAnswer },
      signal,
    );
    if (isRefusal(answer)) return !nothingThere.has(answer.status);
    if (name === 'ServiceProviderConfig' && answer.body !== undefined && !targetDialect.isDiscovered())
      targetDialect.discovered(advertisedDialect(answer.body));
    return answer.body !== undefined;
  };
  const look = async (signal: AbortSignal): Promise<boolean> => {
    const { discovery, list } = targetDialect.current();
    const documents = discovery.use ? [discovery.serviceProviderConfig, 'ResourceTypes', 'Schemas'] : [];
    for (const name of documents) if (await isDocumentThere(name, signal)) return true;
    // A profile that does without lists says nothing about the place; one that was refused on the way does.
    if (
      !list.usable &&
      !targetDialect.settings().some(({ name, origin }) => name === 'list.usable' && origin === 'learned')
    )
      return true;
    const users = await readList(exchange, 'user', 'startIndex=1&count=1', signal);
    return !isRefusal(users) || !nothingThere.has(users.status);
  };
  const note = (isThere: boolean): boolean => {
    known = { isThere, at: clock.monotonic() };
    return isThere;
  };
  return {
    async isThere(signal) {
      if (known !== undefined && clock.monotonic() - known.at < restMilliseconds) return known.isThere;
      underWay ??= look(signal).finally(() => (underWay = undefined));
      return note(await underWay);
    },
    seen: () => void note(true),
  };
}
