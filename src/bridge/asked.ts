import type { CycleReport } from '../cycle/cycle-report.ts';
import type { App } from './app.ts';

/** Says of each cycle that runs from now on whether its target was sent any request: without one, nobody knows how it is. */
export function noteAsked(app: Pick<App, 'listen'>): (reports: readonly CycleReport[]) => CycleReport[] {
  const asked = new Set<string>();
  app.listen((event) => {
    if (event.kind === 'scim_request_started') asked.add(event.target);
  });
  return (reports) => reports.map((report) => ({ ...report, asked: asked.has(report.target) }));
}
