import { BridgeError } from '../../core/model/errors.ts';
import type { HeldRecord, StateView } from '../../ports/state-store.ts';
import { withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';
import { count } from '../words.ts';

/**
 * Releases or drops what is held. The decision is left in the state's folder, where a running daemon finds it at its
 * next poll, and the next `sync` when none runs.
 */
export async function decide(
  decision: 'approve' | 'reject',
  planId: string,
  options: { readonly json: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, () => undefined, async (app) => {
    const view = await app.openView();
    try {
      const { target, held } = await findHeld(view, planId, [...app.configuration.targets.keys()]);
      await view.decide({ planId, decision, at: new Date(app.clock.now()).toISOString() });
      if (options.json) printJson(terminal, { target, planId, decision, operations: held.operations.length });
      else terminal.print(sentence(decision, target, planId, held));
      return 0;
    } finally {
      await view.close();
    }
  });
}

async function findHeld(
  view: StateView,
  planId: string,
  targets: readonly string[],
): Promise<{ readonly target: string; readonly held: HeldRecord }> {
  const known: string[] = [];
  for (const target of targets) {
    const { held } = await view.target(target);
    if (held?.planId === planId) return { target, held };
    if (held !== undefined) known.push(`${held.planId} (${target})`);
  }
  throw new BridgeError(
    'D2S_PLAN_NOT_HELD',
    `no held plan has the id ${planId}`,
    known.length === 0 ? 'nothing is held; dir2scim status shows it' : `held now: ${known.join(', ')}; the directory may have changed since`,
  );
}

function sentence(decision: 'approve' | 'reject', target: string, planId: string, held: HeldRecord): string {
  const what = `${count(held.operations.length, 'operation')} of plan ${planId} on ${target}`;
  return decision === 'approve'
    ? `Approved: ${what}. A running daemon carries it out at its next poll; without one, run: dir2scim sync`
    : `Rejected: ${what}. It stays undone, without a further word, until the directory shows something else.`;
}
