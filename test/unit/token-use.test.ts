import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bookPoints,
  grantPoints,
  type KnownLimits,
  mergeLimits,
  releaseHolder,
  type TokenUse,
  UNKNOWN_LIMITS,
  UNUSED,
} from '../../lib/github-limits/token-use.ts';
import { SEED } from '../seed.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const ON_THE_WAY = 800;
const quota = (remaining: number, reset = NOW + 10 * MINUTE) => ({ limit: 5000, remaining, reset });
const LIMITS: KnownLimits = { quota: quota(5000, NOW + 60 * MINUTE), retryAt: 0 };
const request = { holder: 'a', now: NOW, points: 64, inFlight: 0, limits: LIMITS };

/** Grants requests one after the other. */
function grantAll(requests: (typeof request)[]) {
  let use: TokenUse = UNUSED;
  return requests.map((one) => {
    const granted = grantPoints(use, one);
    use = JSON.parse(JSON.stringify(granted.use));
    const unless = { until: 0, concurrency: 0, at: 0, reason: '' };
    return { ...unless, ...granted.grant, holder: one.holder, now: one.now };
  });
}

test('whoever asks whenever, people too, no minute has more than 900 points', () => {
  const asking = fc.record({
    holder: fc.constantFrom('a', 'b', 'c', 'd'),
    pause: fc.integer({ min: 0, max: 4000 }),
    points: fc.integer({ min: 1, max: 300 }),
    part: fc.integer({ min: 0, max: 4 }),
    late: fc.boolean(),
    person: fc.boolean(),
  });
  const property = fc.property(fc.array(asking, { minLength: 100, maxLength: 300 }), (list) => {
    let now = NOW;
    let use = UNUSED;
    const held = new Map<string, { until: number; points: number; used: number; late: boolean }>();
    const sent: { at: number; points: number }[] = [];
    const send = (holder: string, before: number) => {
      const last = held.get(holder);
      if (!last) return undefined;
      held.delete(holder);
      const { late, ...settled } = last;
      sent.push({ at: Math.min(before, last.until) + (late ? ON_THE_WAY : 0), points: last.used });
      return settled;
    };
    for (const { holder, pause, points, part, late, person } of list) {
      now += pause;
      if (person) {
        const booking = { now, points: 1 + (points % 40), limits: LIMITS, maxWait: Number.POSITIVE_INFINITY };
        const booked = bookPoints(use, booking);
        use = JSON.parse(JSON.stringify(booked.use));
        if ('at' in booked.grant)
          sent.push({ at: booked.grant.at + (late ? ON_THE_WAY : 0), points: booking.points });
        continue;
      }
      const settled = send(holder, now);
      const granted = grantPoints(use, { ...request, holder, now, points, ...(settled && { settled }) });
      use = JSON.parse(JSON.stringify(granted.use));
      const { grant } = granted;
      if (!('until' in grant)) continue;
      held.set(holder, {
        until: grant.until,
        points: grant.points,
        late,
        used: Math.round((grant.points * part) / 4),
      });
    }
    for (const holder of held.keys()) send(holder, Number.POSITIVE_INFINITY);
    for (const { at } of sent) {
      const minute = sent.filter((one) => one.at > at - MINUTE && one.at <= at);
      expect(minute.reduce((sum, { points }) => sum + points, 0)).toBeLessThanOrEqual(900);
    }
  });
  fc.assert(property, { numRuns: 60, seed: SEED });
});

test('returned points go to others, and used points count from their settling, not from their expiry', () => {
  const part = { ...request, points: 600 };
  const [first] = grantAll([part]);
  const settled = { until: first?.until ?? 0, points: 600, used: 100 };
  const soon = NOW + 200;
  const [, whole, none, later] = grantAll([
    part,
    { ...request, holder: 'b', now: soon, points: 880, settled },
    { ...request, holder: 'b', now: soon },
    { ...request, holder: 'b', now: NOW + 500 + 61_000 },
  ] as (typeof request)[]);
  expect(whole?.points).toBe(780);
  expect(none).toMatchObject({ points: 0, reason: 'busy', at: NOW + 500 + 61_000 });
  expect(later?.points).toBe(64);
});

test('activations together never have more than 100 concurrent requests, and each gets its share', () => {
  const holders = ['a', 'b', 'c', 'd'];
  const requests = [0, 1, 2].flatMap((turn) =>
    holders.map((holder) => ({ ...request, holder, now: NOW + turn * 1000 })),
  );
  const concurrency = new Map<string, number>();
  for (const grant of grantAll(requests)) {
    if (grant.points > 0) concurrency.set(grant.holder, grant.concurrency);
    expect([...concurrency.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(80);
  }
  expect([...concurrency.values()]).toEqual([20, 20, 20, 20]);
});

test('an activation with few points leaves unusable concurrency to others', () => {
  const holders = ['a', 'b', 'c', 'd', 'e', 'f'];
  const granted = grantAll(holders.map((holder) => ({ ...request, holder, points: 8 })));
  expect(granted.map(({ points, concurrency }) => [points, concurrency])).toEqual(holders.map(() => [8, 8]));
});

test('an ended activation frees everything at once, except requests in flight', () => {
  const { use } = grantPoints(UNUSED, request);
  const settled = { until: NOW + 1000, points: 64, used: 3 };
  const ended = releaseHolder(use, { holder: 'a', now: NOW, inFlight: 0, limits: LIMITS, settled });
  expect(ended).toMatchObject({ holders: {}, points: [[NOW, 3]] });
  const flying = releaseHolder(use, { holder: 'a', now: NOW, inFlight: 30, limits: LIMITS, settled });
  expect(grantPoints(flying, { ...request, holder: 'b' }).grant).toMatchObject({ concurrency: 40 });
});

test('a silent activation no longer counts after a while', () => {
  const [, , third] = grantAll([
    request,
    { ...request, holder: 'b' },
    { ...request, holder: 'c', now: NOW + 18_000 },
  ]);
  expect(third).toMatchObject({ concurrency: 60 });
});

test('the quota is learnt with one request, while others wait', () => {
  const unknowing = { ...request, limits: UNKNOWN_LIMITS };
  const [first, second, third] = grantAll([unknowing, { ...unknowing, holder: 'b' }, request]);
  expect(first).toMatchObject({ points: 1 });
  expect(second).toMatchObject({ points: 0, reason: 'busy' });
  expect(third).toMatchObject({ points: 64 });
});

test('a reserve of the quota is kept until the hour is over', () => {
  const limits = { quota: quota(250), retryAt: 0 };
  const [now, later] = grantAll([
    { ...request, limits },
    { ...request, limits: UNKNOWN_LIMITS, now: NOW + 10 * MINUTE },
  ]);
  expect(now).toMatchObject({ points: 0, reason: 'quota', at: NOW + 10 * MINUTE });
  expect(later).toMatchObject({ points: 1 });
  const small = { quota: { limit: 60, remaining: 13, reset: NOW + MINUTE }, retryAt: 0 };
  expect(grantAll([{ ...request, limits: small }])[0]?.points).toBeGreaterThan(0);
});

test('when GitHub asks one to slow down, everybody waits', () => {
  const limits = { ...LIMITS, retryAt: NOW + 30_000 };
  const [, other] = grantAll([
    { ...request, limits },
    { ...request, holder: 'b', now: NOW + 29_000 },
  ]);
  expect(other).toMatchObject({ points: 0, reason: 'secondary_limit', at: NOW + 30_000 });
});

test('within an hour the smaller remaining quota counts; of two hours the later one', () => {
  const merge = (one: number, other: number, reset?: number) =>
    mergeLimits({ quota: quota(one), retryAt: 1 }, { quota: quota(other, reset), retryAt: 2 });
  expect(merge(7, 9)).toEqual({ quota: quota(7), retryAt: 2 });
  expect(merge(7, 9, NOW + 70 * MINUTE).quota?.remaining).toBe(9);
});

test('a person’s requests go at once if there is room or no time, and runs get less', () => {
  const [run] = grantAll([{ ...request, points: 880 }]);
  expect(run?.points).toBe(880);
  const full = grantPoints(UNUSED, { ...request, points: 880 }).use;
  const asking = { now: NOW, points: 20, limits: LIMITS, maxWait: 50_000 };
  const { use, grant } = bookPoints(full, asking);
  expect(grant).toEqual({ at: NOW });
  const more = bookPoints(use, { ...asking, points: 1 });
  expect(more.grant).toEqual({ at: NOW });
  const patient = bookPoints(use, { ...asking, points: 1, maxWait: 100_000 });
  expect(patient.grant).toEqual({ at: (run?.until ?? 0) + 61_000 });
  const after = grantPoints(patient.use, { ...request, now: (run?.until ?? 0) + 61_000, points: 900 });
  expect(after.grant).toMatchObject({ points: 879 });
});

test('nobody asks before GitHub allows it again, not even people', () => {
  const limits = { ...LIMITS, retryAt: NOW + 30_000 };
  const { use } = grantPoints(UNUSED, { ...request, limits });
  const booking = { now: NOW, points: 1, limits: UNKNOWN_LIMITS, maxWait: 60_000 };
  expect(bookPoints(use, booking).grant).toEqual({ retryAt: NOW + 30_000 });
  expect(bookPoints(use, { ...booking, now: NOW + 30_000 }).grant).toEqual({ at: NOW + 30_000 });
});
