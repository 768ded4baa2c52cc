import type { Configuration } from '../config/configuration.ts';
import type { LoggedEntry } from '../core/model/log-entry.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComparedNotes } from '../ports/compared-notes.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { DirectoryFacts, DirectorySource } from '../ports/directory-source.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { ServiceManager } from '../ports/service-manager.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import type { StateTools } from '../ports/state-tools.ts';
import type { TargetDoctor, TrialFinding } from '../ports/target-doctor.ts';
import type { InFlight } from '../telemetry/in-flight.ts';

/** What everything in this folder works with. `src/app.ts` puts it together, and nothing here knows of which adapters. */
export interface App {
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** Hands an event to whoever listens. */
  readonly observer: CycleObserver;
  /** This one, too, is told of every event from now on. */
  listen(observer: CycleObserver): void;
  readonly sources: ReadonlyMap<string, DirectorySource>;
  readonly targets: ReadonlyMap<string, ScimTarget>;
  /** Who started the process and wants to know how it is; undefined when nobody does. */
  readonly serviceManager: ServiceManager | undefined;
  /** Who is told when something is held or fails. */
  readonly notifiers: readonly Notifier[];
  /** What a directory says of itself; asked once and remembered. */
  inspect(directory: string, signal: AbortSignal): Promise<DirectoryFacts>;
  /** Everything that a target's cycles go by; made once. Asks directories of kind `auto` what they are. */
  prepare(target: string, signal: AbortSignal): Promise<TargetSetup>;
  /** Which requests are on their way. */
  readonly inFlight: InFlight;
  /** Reads every secret once. @throws BridgeError D2S_SECRET_UNREADABLE for the first that cannot be had */
  checkSecrets(): Promise<void>;
  /** For trying a target out. To be closed. */
  openDoctor(
    target: string,
    how: { readonly allowLeftovers: boolean; readonly onFinding: (finding: TrialFinding) => void },
  ): Promise<TargetDoctor>;
  /** For writing; takes the lock. */
  openStore(): Promise<StateStore>;
  /** For reading, beside a running daemon. */
  openView(): Promise<StateView>;
  /** For what people do with the state as a whole. */
  readonly stateTools: StateTools;
  /** For comparisons that are cut short. */
  readonly comparedNotes: ComparedNotes;
  /** Follows the provisioning log: each call gives what came after this entry, or since the call before. */
  tailLog(after: number): () => Promise<readonly LoggedEntry[]>;
  close(): Promise<void>;
}
