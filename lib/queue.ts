/** How many items are worked on at once, and for how long. */
interface Workers {
  /** Workers at the start; `concurrency` unless given. */
  initialConcurrency?: number;
  /** The most workers. */
  concurrency: number;
  /** False when no further item may be begun. */
  isTime: () => boolean;
}

/**
 * The outcome of one item. `more`: it went well, so one more worker may join. `later`: the item goes back, and its worker
 * stops.
 */
type Outcome = 'done' | 'more' | 'later';

/**
 * Works on items in order, several at once, until none is left or the time is up. Returns those left. After one throws, no
 * further item is begun, and the error is thrown once those begun have ended: a container that stopped earlier would leave
 * their transactions open and their rows locked.
 */
export async function workOff<T extends object>(
  items: readonly T[],
  { concurrency, initialConcurrency = concurrency, isTime }: Workers,
  work: (item: T) => Promise<Outcome>,
): Promise<T[]> {
  const left = [...items];
  const workers: Promise<void>[] = [];
  let broken: { error: unknown } | undefined;
  const runWorker = async (): Promise<void> => {
    try {
      while (left.length > 0 && !broken && isTime()) {
        const item = left.shift();
        if (!item) return;
        const outcome = await work(item);
        if (outcome === 'later') return void left.push(item);
        if (outcome === 'more' && workers.length < concurrency) workers.push(runWorker());
      }
    } catch (error) {
      broken ??= { error };
    }
  };
  while (workers.length < initialConcurrency) workers.push(runWorker());
  // The list grows while it is awaited.
  for (const worker of workers) await worker;
  if (broken) throw broken.error;
  return left;
}
