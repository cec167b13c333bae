import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';

/**
 * How a GitHub token is used by everything that is at work with it, within GitHub's limits: 100 requests at once, 900
 * points a minute, where each request is one, and an hourly quota
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api). Instants are in epoch milliseconds.
 */
export interface TokenUse {
  /** Points that were given out, each with the instant until which they may be used. */
  points: [until: number, points: number][];
  /** Who is at work: requests at once, and until when they are counted without another word. */
  holders: Record<string, [concurrency: number, until: number]>;
  told: Told;
  /** Until when somebody is about to learn the quota. */
  learning: number;
}

/** What GitHub said of the token's limits. */
export interface Told {
  /** The hourly quota; null: not known, or an hour that is over. */
  quota: { limit: number; remaining: number; reset: number } | null;
  /** Nothing is asked before. */
  notBefore: number;
}

/** Who wants to ask, and what is known there. */
interface Wish {
  holder: string;
  now: number;
  points: number;
  inFlight: number;
  told: Told;
  /** What became of the points that were given last. */
  settled?: Settled;
}

/** Points that nobody uses any more: those that were used are known to be, the others are free again. */
interface Settled {
  /** As they were given. */
  until: number;
  points: number;
  used: number;
}

/** Points to use until an instant, or when to come again, and why. */
export type Grant =
  | { points: number; until: number; concurrency: number }
  | { points: 0; at: number; reason: 'pace' | 'quota' | 'slow down' };

/** GitHub's. */
const MAX_POINTS = 900;
/** Of runs: what a person asks by the way has room besides them. */
const MAX_POINTS_OF_RUNS = 880;
/** A minute, and the way to GitHub. */
const WINDOW_MS = 61_000;
/** Points count from the end of the second in which they lapse: what is used later than given would bunch up. */
const LAPSE_MS = 1_000;
/** Used points are counted by spans of this length, so that what is stored stays small. */
const USED_MS = 500;
/** Below GitHub's 100, for the same people. */
const MAX_CONCURRENCY = 80;
const MAX_CONCURRENCY_EACH = 60;
/** Longer than the longest request. */
const HOLDER_MS = 17_000;
const LEARNING_MS = 5_000;
const SOON_MS = 200;
/** What is left of the hour for people, and for requests on their way; a fifth at most. */
const RESERVE = 250;

/** A token that nobody is at work with, and of whose limits GitHub has said nothing. */
export const UNUSED: TokenUse = { points: [], holders: {}, told: { quota: null, notBefore: 0 }, learning: 0 };

/** What is known together: within one hour the quota only shrinks. */
export function mergeTold(one: Told, other: Told): Told {
  const notBefore = Math.max(one.notBefore, other.notBefore);
  if (!one.quota || !other.quota) return { quota: one.quota ?? other.quota, notBefore };
  if (one.quota.reset !== other.quota.reset)
    return { quota: one.quota.reset > other.quota.reset ? one.quota : other.quota, notBefore };
  return { quota: one.quota.remaining < other.quota.remaining ? one.quota : other.quota, notBefore };
}

/** Gives what the limits allow now, and the use from then on. Whoever holds nothing yet learns the quota with one request. */
export function grantPoints(before: TokenUse, wish: Wish): { use: TokenUse; grant: Grant } {
  const { now, holder } = wish;
  const use = toPresent(before, wish);
  if (wish.settled) settle(use, wish.settled, now);
  const refused = refuse(use, now);
  if (refused) return { use, grant: refused };
  const concurrency = shareOf(use, wish);
  use.holders[holder] = [Math.max(concurrency, wish.inFlight), now + HOLDER_MS];
  if (concurrency < 1) return { use, grant: { points: 0, at: now + SOON_MS, reason: 'pace' } };
  const spent = sumPoints(use);
  const points = Math.min(use.told.quota ? wish.points : 1, MAX_POINTS_OF_RUNS - spent);
  if (points < 1) {
    const [oldest = now] = use.points.map(([until]) => until).sort((one, other) => one - other);
    return { use, grant: { points: 0, at: oldest + WINDOW_MS, reason: 'pace' } };
  }
  if (!use.told.quota) use.learning = now + LEARNING_MS;
  const until = lapseOf(now);
  count(use, until, points);
  return { use, grant: { points, until, concurrency } };
}

/** A person's requests: how many, and how many milliseconds they may wait for GitHub's minute to have room. */
interface Booking extends Pick<Wish, 'now' | 'points' | 'told'> {
  patience: number;
}

/** When a person's requests go; `slowDown`: GitHub has asked that nobody asks before. */
export type Booked = { at: number } | { slowDown: number };

/**
 * Counts a person's requests at the instant when GitHub's minute has room for them, before whoever comes later; where that
 * is beyond the person's patience, at once. The quota, of which runs leave some, does not hold them back.
 */
export function bookPoints(before: TokenUse, booking: Booking): { use: TokenUse; grant: Booked } {
  const { now, points, patience } = booking;
  const use = toPresent(before, booking);
  if (use.told.notBefore > now) return { use, grant: { slowDown: use.told.notBefore } };
  const room = roomFrom(use, booking);
  const at = room - now <= patience ? room : now;
  count(use, lapseOf(at), points);
  return { use, grant: { at } };
}

function roomFrom(use: TokenUse, { now, points }: Booking): number {
  let spent = sumPoints(use);
  let at = now;
  for (const [until, used] of use.points.toSorted(([one], [other]) => one - other)) {
    if (spent + points <= MAX_POINTS) break;
    spent -= used;
    at = until + WINDOW_MS;
  }
  return at;
}

/** Without what is over, and with what was told meanwhile. */
function toPresent(before: TokenUse, { now, told }: Pick<Wish, 'now' | 'told'>): TokenUse {
  const points = before.points.filter(([until]) => until + WINDOW_MS > now);
  const holders = Object.entries(before.holders).filter(([, [, until]]) => until > now);
  const merged = mergeTold(before.told, told);
  const isOver = merged.quota !== null && merged.quota.reset <= now;
  return {
    points: points.map(([until, some]) => [until, some]),
    holders: Object.fromEntries(holders),
    told: isOver ? { ...merged, quota: null } : merged,
    learning: before.learning,
  };
}

function sumPoints({ points }: TokenUse): number {
  return points.reduce((sum, [, some]) => sum + some, 0);
}

/** The end of the second after an instant's. */
function lapseOf(instant: number): number {
  return Math.ceil((instant + LAPSE_MS) / LAPSE_MS) * LAPSE_MS;
}

/** Lets used points count from now instead of from when they would have lapsed, and the others not at all. */
function settle(use: TokenUse, { until, points, used }: Settled, now: number): void {
  const given = use.points.find((entry) => entry[0] === until);
  const at = Math.ceil(now / USED_MS) * USED_MS;
  if (!given || at >= until + WINDOW_MS) return;
  given[1] -= points;
  count(use, Math.min(until, at), used);
  use.points = use.points.filter(([, left]) => left > 0);
}

function count(use: TokenUse, until: number, points: number): void {
  const same = use.points.find((entry) => entry[0] === until);
  if (same) same[1] += points;
  else use.points.push([until, points]);
}

function refuse({ told, learning }: TokenUse, now: number): Grant | undefined {
  const { quota, notBefore } = told;
  if (notBefore > now) return { points: 0, at: notBefore, reason: 'slow down' };
  if (!quota) return learning > now ? { points: 0, at: now + SOON_MS, reason: 'pace' } : undefined;
  if (quota.remaining > Math.min(RESERVE, quota.limit / 5)) return undefined;
  return { points: 0, at: quota.reset, reason: 'quota' };
}

/** An equal share, as far as the others have left it. */
function shareOf({ holders }: TokenUse, { holder }: Wish): number {
  const others = Object.entries(holders).filter(([name]) => name !== holder);
  const taken = others.reduce((sum, [, [concurrency]]) => sum + concurrency, 0);
  const share = Math.floor(MAX_CONCURRENCY / (others.length + 1));
  return Math.min(share, MAX_CONCURRENCY_EACH, MAX_CONCURRENCY - taken);
}

const HOUR_MS = 3_600_000;
/** A server without limits says nothing of them. */
const UNLIMITED = 1_000_000;

/** What GitHub said of a token's limits with what came of a request. */
export function toTold(outcome: Parameters<RateLimiter['leave']>[0], now: number): Told {
  if ('headers' in outcome) return { quota: toQuota(outcome.headers, now), notBefore: 0 };
  const { error } = outcome;
  const retryAt = error instanceof Failure ? Date.parse(error.details?.retryAt ?? '') : Number.NaN;
  if (Number.isNaN(retryAt)) return { quota: null, notBefore: 0 };
  if ((error as Failure).code === 'secondary_limit') return { quota: null, notBefore: retryAt };
  return { quota: { limit: UNLIMITED, remaining: 0, reset: retryAt }, notBefore: 0 };
}

function toQuota(headers: Record<string, string>, now: number): Told['quota'] {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  ) as [number, number, number];
  if (limit > 0 && remaining >= 0 && reset > 0) return { limit, remaining, reset: reset * 1000 };
  return { limit: UNLIMITED, remaining: UNLIMITED, reset: now + HOUR_MS };
}
