import { empty, type Link } from '../../core/model/link.ts';
import type { RelinkOperation } from '../../core/model/plan.ts';
import { heldPaths } from '../../core/planning/link-paths.ts';
import { asShown, knownOf } from './known-of.ts';
import { acknowledged, doubt, liveLink, lostIfGone } from './remember.ts';
import { effectOf } from './operation-log.ts';
import type { PushContext } from './push-context.ts';
import { resolveChanges } from './resolve.ts';
import { wholeElements } from './whole-elements.ts';
import { applied, failed, skipped, type OperationResult } from './operation-result.ts';

/**
 * Hands the account of an entry that is gone to the one that came in its place. Until the target has answered, the link
 * belongs to the entry that is gone: cut short, it is done again, and when the newcomer leaves as well, it departs. An
 * entry that moved into another directory without a difference costs no request.
 */
export async function applyRelink(operation: RelinkOperation, context: PushContext): Promise<OperationResult> {
  const before = liveLink(context, operation.replaces);
  if (before?.targetId !== operation.targetId) return skipped;
  const { planned, sent } = resolveChanges(operation.changes, context);
  if (sent.length === 0 && operation.replaces === operation.sourceId) {
    await handOver({ ...before, directory: operation.directory, departedAt: undefined }, operation, context);
    return applied;
  }
  const back = planned.some(({ path, change }) => path === 'active' && change === 'set')
    ? { lifecycle: 'active' as const, leftDisabled: undefined }
    : {};
  const doubted = await doubt(
    context,
    before,
    planned.map(({ path }) => path),
    { ...back, heir: operation.sourceId },
  );
  const whole = wholeElements(sent, heldPaths(before));
  const outcome = await context.target.update(
    operation.type,
    before.targetId,
    whole,
    context.signal,
    knownOf(before, context),
  );
  const isUnchanged = outcome.kind === 'failed' && outcome.failure.class === 'unsupported';
  if (outcome.kind === 'failed' && !isUnchanged) return failed(await lostIfGone(doubted, outcome.failure, context));
  // A target that takes no changes has the account all the same: what it did not take stays in doubt.
  const attributes: Record<string, string> = { ...doubted.attributes };
  for (const change of isUnchanged ? [] : planned) {
    attributes[change.path] = empty;
    if (change.change === 'set')
      Object.assign(attributes, acknowledged(new Map([[change.path, change.value]]), context));
  }
  const version = outcome.kind === 'failed' ? before.version : outcome.version;
  const shown = outcome.kind === 'applied' ? outcome.shown : undefined;
  const settled = {
    ...doubted,
    sourceId: operation.sourceId,
    directory: operation.directory,
    departedAt: undefined,
    heir: undefined,
    attributes,
    version,
  };
  await handOver(
    asShown(
      settled,
      shown,
      whole.map(({ path }) => path),
    ),
    operation,
    context,
  );
  return applied;
}

async function handOver(link: Link, operation: RelinkOperation, context: PushContext): Promise<void> {
  const { store, links } = context;
  const { replaces } = operation;
  const passed =
    replaces === link.sourceId
      ? ({ kind: 'link', link } as const)
      : ({ kind: 'relink', from: replaces, link } as const);
  await store.record([passed, ...effectOf(operation, { link }, context)]);
  links.delete(replaces);
  links.set(link.sourceId, link);
  for (const one of links.values()) {
    if (one.unsettled?.includes(replaces) !== true) continue;
    links.set(one.sourceId, { ...one, unsettled: one.unsettled.map((id) => (id === replaces ? link.sourceId : id)) });
  }
}
