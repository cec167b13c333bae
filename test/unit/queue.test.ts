import { expect, test } from 'vitest';
import { workOff } from '../../lib/queue.ts';

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
