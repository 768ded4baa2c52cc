import { comparableId } from '../../../core/directory/source-id.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import { listOf, type Body, type Refusal } from '../shared/message.ts';
import { idOf } from '../answers/resource.ts';

/**
 * What the body of a 2xx is about. Only what is about the resource that was written to tells anything of it:
 *
 * | body                                        | about     |
 * |---------------------------------------------|-----------|
 * | none                                        | nothing   |
 * | neither id nor schemas (`{"status":"ok"}`)  | nothing   |
 * | a message: a list, an error                 | nothing   |
 * | another id                                  | another   |
 * | ours, or the schemas of a resource          | it        |
 */
export function subjectOf(id: TargetId, body: Body | undefined): 'it' | 'another' | 'nothing' {
  if (body === undefined) return 'nothing';
  const shown = idOf(body);
  if (shown !== undefined) return shown.toLowerCase() === id.toLowerCase() ? 'it' : 'another';
  const named = listOf(readScimPath(body, schemasPath));
  const isMessage = named.some((urn) => typeof urn === 'string' && /:api:messages:/i.test(urn));
  return named.length === 0 || isMessage ? 'nothing' : 'it';
}

/**
 * An answer about the right id with an externalId that is not the one that was acknowledged, at a target that keeps what
 * we give it: its ids were given out anew, and the id that we know is somebody else's.
 *
 * @param ours our externalId; undefined: the target never took it
 * @param sent the one that is being written
 */
export function strangeExternalId(
  body: Body,
  ours: string | undefined,
  sent: string | undefined,
  { evidence }: TargetDialect,
): Refusal | undefined {
  const shown = textOf(readScimPath(body, externalIdPath));
  if (ours === undefined || shown === undefined || shown === '') return undefined;
  if (
    [ours, sent].some(
      (one) =>
        one !== undefined && (one.toLowerCase() === shown.toLowerCase() || comparableId(one) === comparableId(shown)),
    )
  ) {
    noteKeepsOurs({ evidence });
    return undefined;
  }
  if (!evidence.has(keepsOurs)) return undefined;
  return {
    class: 'renumbered',
    detail: 'the answer shows the externalId of another account than the one that was written to',
  };
}
/** An answer to a create or an update showed the externalId that was given. */
export function noteKeepsOurs({ evidence }: Pick<TargetDialect, 'evidence'>): void {
  evidence.note(keepsOurs);
}

/** Whether the target was seen to show the externalIds that it was given. */
export function showsOurs({ evidence }: TargetDialect): boolean {
  return evidence.has(keepsOurs);
}

const keepsOurs = 'shows the externalIds that it was given';

const schemasPath = scimPath('schemas');
const externalIdPath = scimPath('externalId');
