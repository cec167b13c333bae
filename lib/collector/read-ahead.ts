/** Repositories read by one statement. */
const BATCH_SIZE = 100;

/** Takes out what was read about a repository; undefined if nothing was, or if it was taken out before. */
export type ReadAhead<T> = (repositoryId: number) => Promise<T | undefined>;

/** Reads something about repositories a hundred at a time, in the given order, once one of the hundred is asked for. */
export function openReadAhead<T>(
  repositoryIds: readonly number[],
  read: (repositoryIds: readonly number[]) => Promise<Map<number, T>>,
): ReadAhead<T> {
  const places = new Map(repositoryIds.map((id, place) => [id, Math.floor(place / BATCH_SIZE)]));
  const batches = new Map<number, Promise<Map<number, T>>>();
  const load = (batch: number) => {
    const loading =
      batches.get(batch) ?? read(repositoryIds.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE));
    batches.set(batch, loading);
    return loading;
  };
  return async (repositoryId) => {
    const found = await load(places.get(repositoryId) ?? 0);
    const one = found.get(repositoryId);
    found.delete(repositoryId);
    return one;
  };
}
