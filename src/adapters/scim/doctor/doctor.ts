import { isDeepStrictEqual } from 'node:util';
import { layDialect, type Layer, type PartialDialect, listSettings } from '../../../core/dialect/layers.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { Examination, TargetDoctor, TrialFinding } from '../../../ports/target-doctor.ts';
import { isRefusal, toFailure } from '../shared/message.ts';
import { checkOptions, type ScimTargetOptions } from '../http/options.ts';
import { accounts } from './accounts.ts';
import { activation } from './activation.ts';
import { attributes } from './attributes.ts';
import { createBench, type Bench } from './bench.ts';
import { cleanUp } from './clean-up.ts';
import { documents } from './documents.ts';
import { bulk } from './bulk.ts';
import { extras } from './extras.ts';
import { groups } from './groups.ts';
import { knock } from './knock.ts';
import { openDoctorConnection } from './line.ts';
import { lists } from './lists.ts';
import { lookups } from './lookups.ts';
import { memberLimits } from './member-limits.ts';
import { members } from './members.ts';
import { patchLists } from './patch-lists.ts';
import { patchShapes } from './patch-shapes.ts';
import { Untestable, type TrialResult, type Trial } from './trial.ts';
import { updates } from './updates.ts';

/** In this order: each goes by what those before it found. */
const subjects = [
  documents,
  accounts,
  attributes,
  lookups,
  lists,
  patchShapes,
  updates,
  patchLists,
  activation,
  groups,
  members,
  memberLimits,
  bulk,
  extras,
] as const;

/** With that of the credentials. */
const trialCount = subjects.reduce((sum, { trials }) => sum + trials.length, 1);

export interface DoctorOptions extends ScimTargetOptions {
  /** Goes on although what it makes cannot be removed. */
  readonly allowLeftovers: boolean;
  readonly onFinding: (finding: TrialFinding) => void;
}

/** @throws BridgeError D2S_CONFIG_INVALID when the options cannot work */
export function createDoctor(options: DoctorOptions): TargetDoctor {
  const checked = checkOptions(options);
  const configured = layDialect(rfc7644, options.dialect);
  const line = openDoctorConnection(checked, configured);
  return {
    trials: trialCount,
    async examine(stopping, aborting) {
      let signal = stopping;
      const bench = createBench({
        name: options.name,
        line,
        clock: options.clock,
        signal: () => signal,
        configured,
        allowLeftovers: options.allowLeftovers,
      });
      bench.learn(givenParts(options.dialect));
      const began = options.clock.monotonic();
      const access = await knock(bench);
      if (isRefusal(access)) return toFailure(access);
      const findings: TrialFinding[] = [];
      const note: Note = (subject, trial, since, result) => {
        bench.learn(result.says ?? {});
        const finding = {
          ...result,
          subject,
          trial,
          milliseconds: Math.round(options.clock.monotonic() - since),
          evidence: bench.trace.take(),
        };
        findings.push(finding);
        options.onFinding(finding);
      };
      note('Access', 'credentials', began, access);
      const ended = await tryAll(bench, note, stopping);
      signal = aborting;
      const leftovers = await cleanUp(bench);
      return {
        tag: bench.tag,
        findings,
        says: pruneSaying(bench.says(), bench.facts.discovered),
        leftovers,
        traffic: line.traffic(),
        ...ended,
      };
    },
    close: () => line.close(),
  };
}

/** What no trial can find out, and what this connection already needed: a profile is to say it too. */
function givenParts(layers: readonly Layer[]): PartialDialect {
  const all = (from: readonly Layer[]): Dialect => layDialect(rfc7644, from);
  const { trailingSlash, mediaType, headers } = all(layers);
  const { rate } = all(layers.filter(({ origin }) => origin === 'profile'));
  return { trailingSlash, mediaType, headers, rate };
}

type Note = (subject: string, trial: string, since: number, result: TrialResult) => void;

/** Whatever ends it comes back as a value: what was made has to be removed first. */
async function tryAll(bench: Bench, note: Note, stopping: AbortSignal): Promise<Pick<Examination, 'ended'>> {
  try {
    for (const { name, trials } of subjects) {
      for (const trial of trials) {
        stopping.throwIfAborted();
        const since = bench.clock.monotonic();
        note(name, trial.name, since, await outcomeOf(trial, bench));
      }
    }
    return {};
  } catch (ended) {
    return { ended };
  }
}

async function outcomeOf(trial: Trial, bench: Bench): Promise<TrialResult> {
  try {
    return await trial.run(bench);
  } catch (thrown) {
    if (thrown instanceof Untestable)
      return { verdict: 'skipped', text: thrown.message, ...(trial.isNeeded === true ? { blocks: true } : {}) };
    throw thrown;
  }
}

/**
 * Of what was learned, what a profile has to say: where it differs from the RFCs, or from what ServiceProviderConfig
 * would make of them.
 */
function pruneSaying(says: PartialDialect, discovered: PartialDialect): PartialDialect {
  const usual = new Map(listSettings(rfc7644, []).map(({ name, value }) => [name, value]));
  const announced = new Map(
    listSettings(rfc7644, [{ origin: 'discovery', says: discovered }]).map(({ name, value }) => [name, value]),
  );
  const said = listSettings(rfc7644, [{ origin: 'learned', says }]).filter(
    ({ name, value, origin }) =>
      origin === 'learned' &&
      !(isDeepStrictEqual(value, usual.get(name)) && isDeepStrictEqual(value, announced.get(name))),
  );
  const result: Record<string, unknown> = {};
  for (const { name, value } of said) {
    const [section = '', key] = name.split('.');
    if (key === undefined) result[section] = value;
    else result[section] = { ...(result[section] as object | undefined), [key]: value };
  }
  return result;
}
