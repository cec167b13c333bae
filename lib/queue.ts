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

/** How batches are made. */
interface BatchOptions {
  /** A batch of this many items begins at once. */
  size: number;
  /** Milliseconds that an item waits for others. */
  maxWait: number;
  /** Whether an error would meet every item alike, so that none is tried alone. */
  meetsAll: (error: unknown) => boolean;
}

/** Work whose results are handled in batches. */
export interface Batches<T> {
  /** Runs work that adds an item at most once. A batch waits for work that has begun, but not longer than `maxWait`. */
  join<R>(work: (add: (item: T) => Promise<void>) => Promise<R>): Promise<R>;
}

interface Added<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Handles what several workers add in batches, one batch after the other. Adding ends when the item's batch was handled. If
 * a batch fails, its items are tried one by one, so that only the one at fault fails.
 */
export function createBatches<T>(
  handle: (batch: readonly T[]) => Promise<void>,
  { size, maxWait, meetsAll }: BatchOptions,
): Batches<T> {
  const added: Added<T>[] = [];
  let atWork = 0;
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;

  async function settle(batch: readonly Added<T>[]): Promise<void> {
    try {
      await handle(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || meetsAll(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await settle([one]);
    }
  }

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    isBusy = true;
    void settle(added.splice(0, size)).finally(() => {
      isBusy = false;
      look();
    });
  }

  function look(): void {
    if (isBusy || added.length === 0) return;
    if (added.length >= Math.min(size, atWork)) begin();
    else timer ??= setTimeout(() => isBusy || begin(), maxWait);
  }

  const add = (item: T) =>
    new Promise<void>((resolve, reject) => {
      added.push({ item, resolve, reject });
      look();
    });

  return {
    async join(work) {
      atWork += 1;
      try {
        return await work(add);
      } finally {
        atWork -= 1;
        look();
      }
    },
  };
}
