import type { Link } from '../../core/model/link.ts';
import type { Rebound } from '../../cycle/rebind-target.ts';
import type { DirectoryLook } from '../state/repin.ts';
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
