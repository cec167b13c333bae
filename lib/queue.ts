/** How many work on a queue at once, and for how long. */
interface Workers {
  /** So many at first; as many as `concurrency` unless told. */
  initialConcurrency?: number;
  /** So many at most. */
  concurrency: number;
  /** False: nothing more is begun. */
  isTime: () => boolean;
}

/**
 * What came of one: `more`: it went so well that one more may work; `later`: it is left, and whoever tried it begins
 * nothing more.
 */
type Outcome = 'done' | 'more' | 'later';

/**
 * Works on all items, some at once and in their order, until none is left or the time is up, and gives back what is left.
 * After one throws nothing more is begun; the error is thrown once all that were begun have ended: a container that stops
 * earlier would keep their transactions open, and their rows locked.
 */
export async function workOff<T extends object>(
  items: readonly T[],
  { concurrency, initialConcurrency = concurrency, isTime }: Workers,
  work: (item: T) => Promise<Outcome>,
): Promise<T[]> {
  const left = [...items];
  const workers: Promise<void>[] = [];
  let broken: { error: unknown } | undefined;
  const goOn = async (): Promise<void> => {
    try {
      while (left.length > 0 && !broken && isTime()) {
        const item = left.shift();
        if (!item) return;
        const outcome = await work(item);
        if (outcome === 'later') return void left.push(item);
        if (outcome === 'more' && workers.length < concurrency) workers.push(goOn());
      }
    } catch (error) {
      broken ??= { error };
    }
  };
  while (workers.length < initialConcurrency) workers.push(goOn());
  // Some begin while others are waited for.
  for (const worker of workers) await worker;
  if (broken) throw broken.error;
  return left;
}
