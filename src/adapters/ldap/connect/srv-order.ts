/** One SRV record (RFC 2782). */
export interface SrvRecord {
  /** The server, as the record writes it. */
  readonly name: string;
  readonly port: number;
  /** Lower ones first. */
  readonly priority: number;
  /** How much of the load it takes of those with its priority. */
  readonly weight: number;
}

/**
 * The records in the order in which RFC 2782 has a client try them: by priority; within one, drawn by weight, so that
 * many clients share their load. Those of weight 0 stand first in the draw, which gives them "a very small chance" while
 * others have weights.
 *
 * @param random at least 0 and less than 1, like Math.random
 */
export function orderRecords(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawn(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

/** RFC 2782, "Weight": the first whose running sum is at least a number between 0 and the sum of all, again and again. */
function drawn(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const order: SrvRecord[] = [];
  while (left.length > 0) {
    const sum = left.reduce((all, { weight }) => all + weight, 0);
    const number = Math.floor(random() * (sum + 1));
    let running = 0;
    const index = left.findIndex(({ weight }) => (running += weight) >= number);
    const [next] = left.splice(Math.max(0, index), 1);
    if (next !== undefined) order.push(next);
  }
  return order;
}
