import { expect, test } from 'vitest';
import { createInitSecretCheck } from '../../lib/init-secret.ts';

test('each wrong guess of the installation’s secret is answered later, and the right one at once', async () => {
  const waits: number[] = [];
  const check = createInitSecretCheck(async (ms) => waits.push(ms));
  const guess = (given: string) =>
    check(given, 'the right secret').catch(({ code }: { code: string }) => code);
  for (const given of ['', 'x', 'the right secret ', 'The right secret', 'the right secre'])
    expect(await guess(given)).toBe('init_secret_wrong');
  expect(waits).toEqual([1000, 2000, 4000, 8000, 8000]);
  expect(await guess('the right secret')).toBeUndefined();
  expect(waits.length).toBe(5);
});
