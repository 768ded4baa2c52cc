import type { Link } from '../../core/model/link.ts';
import type { Rebound } from '../../cycle/rebind-target.ts';
import type { Exported } from '../state/export.ts';
import type { Forgotten } from '../state/forget.ts';
import type { Imported } from '../state/import.ts';
import type { RebuiltTarget } from '../state/rebuild.ts';
import type { DirectoryLook } from '../state/repin.ts';
import type { Replaced } from '../state/replace.ts';
import type { Reset } from '../state/targets.ts';

export function reboundJson(target: string, rebound: Rebound): unknown {
  return { target, ...rebound };
}

export function resetJson({ target, links }: Reset): unknown {
  return { target, forgotten: links };
}

export function renamedJson(from: string, to: string, links: number): unknown {
  return { from, to, links };
}

export function recheckJson(links: number): unknown {
  return { links };
}

export function repinnedJson(directory: string, look: DirectoryLook): unknown {
  return { directory, ...look };
}

export function relinkedJson(from: string, to: string, links: readonly Link[]): unknown {
  return { from, to, links: links.map(({ target, type, targetId }) => ({ target, type, targetId })) };
}

export function exportedJson(file: string, { links, lines }: Exported): unknown {
  return { file, links, lines };
}

export function importedJson({ made, aside }: Replaced<Imported>): unknown {
  return { targets: [...made].map(([target, links]) => ({ target, links })), keptAside: aside };
}

export function rebuiltJson({ made, aside }: Replaced<readonly RebuiltTarget[]>): unknown {
  return {
    targets: made.map(({ target, joined, missing, unjoined, others }) => ({
      target,
      joined,
      missing: missing.map(({ type, sourceId, label }) => ({ type, sourceId, label })),
      unjoined: unjoined.map(({ type, sourceId, label, reasons }) => ({ type, sourceId, label, reasons })),
      others: { user: others.user?.map(({ id }) => id), group: others.group?.map(({ id }) => id) },
    })),
    keptAside: aside,
  };
}

export function forgottenJson({ sourceId, links, inScopeOf, logEntries, decisions }: Forgotten): unknown {
  const accounts = links.map(({ target, type, targetId, lifecycle }) => ({ target, type, targetId, lifecycle }));
  return { sourceId, accounts, inScopeOf, logEntries, decisions };
}
