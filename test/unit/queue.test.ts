import { expect, test } from 'vitest';
import { createBatches, workOff } from '../../lib/queue.ts';

const itemsTo = (count: number) => Array.from({ length: count }, (_, place) => ({ place }));
const always = () => true;

/** Work that the test ends by hand, and the items begun so far, in order. */
function openWork() {
  const begun: number[] = [];
  const ends: { end: (outcome: 'done' | 'more' | 'later') => void; fail: (error: Error) => void }[] = [];
  const work = ({ place }: { place: number }) =>
    new Promise<'done' | 'more' | 'later'>((end, fail) => {
      begun.push(place);
      ends.push({ end, fail });
    });
  return { begun, ends, work };
}

/** Lets everything that can continue do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('items are worked on in order, several at once; the next begins when one ends', async () => {
  const { begun, ends, work } = openWork();
  const left = workOff(itemsTo(5), { concurrency: 2, isTime: always }, work);
  expect(begun).toEqual([0, 1]);
  ends[1]?.end('done');
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  for (let next = 0; next < 5; next += 1) {
    ends[next]?.end('done');
    await settle();
  }
  expect(await left).toEqual([]);
});

test('a worker joins after each success, up to the concurrency', async () => {
  const { begun, ends, work } = openWork();
  const left = workOff(itemsTo(9), { initialConcurrency: 1, concurrency: 2, isTime: always }, work);
  expect(begun).toEqual([0]);
  ends[0]?.end('more');
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  ends[1]?.end('more');
  await settle();
  expect(begun).toEqual([0, 1, 2, 3]);
  for (let next = 2; next < 9; next += 1) {
    ends[next]?.end('done');
    await settle();
  }
  expect(await left).toEqual([]);
});

test('after an error nothing more begins, and it is thrown once everything begun has ended', async () => {
  const { begun, ends, work } = openWork();
  const told: string[] = [];
  const done = workOff(itemsTo(5), { concurrency: 3, isTime: always }, work).catch((error: Error) => {
    told.push(error.message);
  });
  ends[1]?.fail(new Error('the first'));
  ends[0]?.end('done');
  await settle();
  expect(told).toEqual([]);
  ends[2]?.fail(new Error('the second'));
  await done;
  expect(told).toEqual(['the first']);
  expect(begun).toEqual([0, 1, 2]);
});

test('items left when the time is up are returned, and so are postponed ones', async () => {
  const { ends, work } = openWork();
  let isTime = true;
  const left = workOff(itemsTo(4), { concurrency: 2, isTime: () => isTime }, work);
  ends[0]?.end('later');
  await settle();
  isTime = false;
  ends[1]?.end('done');
  expect(await left).toEqual([{ place: 2 }, { place: 3 }, { place: 0 }]);
});

test('if every worker postpones an item, the queue ends', async () => {
  let tries = 0;
  const left = await workOff(itemsTo(4), { concurrency: 3, isTime: always }, async () => {
    tries += 1;
    return 'later';
  });
  expect(left.length).toBe(4);
  expect(tries).toBe(3);
});

/** Batches of at most three, and those that were handled. `refuse` says which batches fail. */
function openBatches(refuse: (batch: readonly string[]) => Error | null = () => null, maxWait = 10_000) {
  const handled: string[] = [];
  const handle = async (batch: readonly string[]) => {
    await settle();
    handled.push(batch.join(''));
    const error = refuse(batch);
    if (error) throw error;
  };
  const meetsAll = (error: unknown) => error instanceof Error && error.message === 'lost';
  return { handled, batches: createBatches(handle, { size: 3, maxWait, meetsAll }) };
}

/** Adds each letter as a worker of its own; all begin before one adds. */
function addAll(batches: ReturnType<typeof openBatches>['batches'], letters: string) {
  const addLater = (letter: string) =>
    batches.join(async (add) => {
      await settle();
      await add(letter);
    });
  return Promise.allSettled([...letters].map(addLater));
}

test('a batch begins when it is full or has what all workers add, and those added meanwhile form the next', async () => {
  const { handled, batches } = openBatches();
  await addAll(batches, 'abcde');
  expect(handled).toEqual(['abc', 'de']);
  await addAll(batches, 'f');
  expect(handled).toEqual(['abc', 'de', 'f']);
});

test('a batch waits for workers that have begun, but no longer when they add nothing, or after the longest wait', async () => {
  const { handled, batches } = openBatches();
  let end = () => {};
  const idle = batches.join(() => new Promise<void>((resolve) => (end = resolve)));
  const added = addAll(batches, 'a');
  await settle();
  await settle();
  expect(handled).toEqual([]);
  end();
  await Promise.all([idle, added]);
  expect(handled).toEqual(['a']);
  const impatient = openBatches(() => null, 1);
  void impatient.batches.join(() => new Promise<void>(() => {}));
  await addAll(impatient.batches, 'a');
  expect(impatient.handled).toEqual(['a']);
});

test('when a batch fails, its items are tried alone, unless all would fail alike', async () => {
  const isBad = (batch: readonly string[]) => (batch.includes('b') ? new Error('bad') : null);
  const { handled, batches } = openBatches(isBad);
  const outcomes = await addAll(batches, 'abc');
  expect(handled).toEqual(['abc', 'a', 'b', 'c']);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const lost = openBatches(() => new Error('lost'));
  expect((await addAll(lost.batches, 'abc')).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  expect(lost.handled).toEqual(['abc']);
});
