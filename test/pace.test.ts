import { expect, test } from 'vitest';
import { createGitHubPace } from '../lib/pace.ts';

const before = (count: number, seconds: number) => new Array<number>(count).fill(Date.now() - seconds * 1000);

test('120 repositories may begin at once, and the next one when a minute is over', async () => {
  const pace = createGitHubPace();
  for (let count = 0; count < 120; count += 1) {
    expect(pace.pause()).toBe(0);
    await pace.next();
  }
  expect(pace.pause()).toBeGreaterThan(30_000);
  expect(pace.pause()).toBeLessThanOrEqual(60_000);
});

test('an activation that goes on counts what the one before it began in the last minute', () => {
  expect(createGitHubPace(before(120, 20)).pause()).toBeGreaterThan(10_000);
  expect(createGitHubPace(before(119, 20)).pause()).toBe(0);
  expect(createGitHubPace(before(120, 61)).pause()).toBe(0);
});

test('what began longer than a minute ago is not handed on', async () => {
  const pace = createGitHubPace([...before(50, 70), ...before(3, 10)]);
  await pace.next();
  expect(pace.begun()).toHaveLength(4);
});
