import { afterEach, expect, test } from 'vitest';
import { type ServedGitHub, serveGitHub } from './github-server.ts';

const TOKEN = 'ghp_test_bans_0000000000000000000000000000';
let served: ServedGitHub;

async function serve(latency: number) {
  served = await serveGitHub('2025-11-03T06:00:00.000Z', '', { bans: true, latency });
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: [], quota: 5000 });
}

afterEach(() => served.close());

const ask = async () => {
  const response = await served.get('/user', TOKEN, { 'user-agent': 'test' });
  return [response.status, ((await response.json()) as { message?: string }).message ?? ''];
};
const later = () => new Promise((resolve) => setTimeout(resolve, 300));

async function requireBanned(breach: RegExp) {
  expect(served.github.breaches()[0]).toMatch(breach);
  expect(await ask()).toEqual([403, 'This account was banned for breaking the rate limits.']);
}

test('a hundred concurrent requests are allowed; one more is banned', async () => {
  await serve(2000);
  await Promise.all(Array.from({ length: 100 }, ask));
  expect(served.github.breaches()).toEqual([]);
  await Promise.all(Array.from({ length: 101 }, ask));
  await requireBanned(/^101 requests at once$/);
});

test('more than 900 requests in a minute are banned; in two minutes they are not', async () => {
  await serve(0);
  for (const pause of [0, 60_001, 59_000]) {
    served.now = new Date(served.now.getTime() + pause);
    for (let times = 0; times < 5; times += 1) await Promise.all(Array.from({ length: 90 }, ask));
    expect(served.github.breaches()).toEqual([]);
  }
  await ask();
  await requireBanned(/^901 points in a minute$/);
});

test('asking again before retry-after is banned; afterwards it is not', async () => {
  await serve(0);
  served.github.fail({ kind: 'secondary-limit', retryAfter: 60, times: 1 });
  await ask();
  served.now = new Date(served.now.getTime() + 60_000);
  await later();
  expect((await ask())[0]).toBe(200);
  served.github.fail({ kind: 'secondary-limit', retryAfter: 60, times: 1 });
  await ask();
  served.now = new Date(served.now.getTime() + 59_000);
  await later();
  await ask();
  await requireBanned(/^asked 1000 ms before/);
});

test('going on after the quota is used up is banned', async () => {
  await serve(0);
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: [], quota: 2 });
  expect((await ask())[0]).toBe(200);
  expect((await ask())[0]).toBe(200);
  await later();
  await ask();
  await requireBanned(/before it was allowed again$/);
});
