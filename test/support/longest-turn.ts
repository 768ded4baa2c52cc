/** How long the event loop was kept from its next turn. */
export interface TurnWatch {
  /** Ends the watch: the longest turn, in milliseconds. */
  stop(): number;
}

/**
 * Watches the event loop as `monitorEventLoopDelay` does, but counts the processor time of this thread in place of the
 * clock: a machine that is busy with something else does not count as blocked.
 */
export function watchTurns(): TurnWatch {
  let longest = 0;
  let isOver = false;
  let before = cpuMilliseconds();
  const look = (): void => {
    const now = cpuMilliseconds();
    longest = Math.max(longest, now - before);
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop() {
      isOver = true;
      longest = Math.max(longest, cpuMilliseconds() - before);
      return longest;
    },
  };
}

/** Times that something is done whose turns are too long. */
const tries = 3;

/**
 * The longest turn while something is done, in milliseconds. When it is long, it is done again, and the shortest counts:
 * work that is not divided is as long each time, and a collection of what others left behind is not.
 */
export async function longestTurn(what: () => Promise<unknown>): Promise<number> {
  let shortest = Infinity;
  for (let left = tries; left > 0 && shortest > 50; left -= 1) {
    const turns = watchTurns();
    await what();
    shortest = Math.min(shortest, turns.stop());
  }
  return shortest;
}

function cpuMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
