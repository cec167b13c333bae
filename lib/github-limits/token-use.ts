import { Failure } from '../failure.ts';
import type { RateLimiter } from '../github/connection.ts';

/**
 * How everything that uses a GitHub token shares GitHub's limits: 100 concurrent requests, 900 points a minute (one
 * request costs one point), and an hourly quota
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api). Instants are epoch milliseconds.
 *
 * A minute is shared like this:
 *
 * - An activation of a run asks for a block of points ({@link grantPoints}). The block expires at the end of the next
 *   second. When the activation asks again it settles the block: unused points are free at once, and used ones count from
 *   now. A block that nobody settles counts as used when it expires.
 * - Points count for 61 seconds: a minute, and the way to GitHub. In any such span runs get at most 880 points, so a
 *   person's few requests usually find room.
 * - A person's requests ({@link bookPoints}) count at the first moment with room, before any run that asks later. If that
 *   moment is too far away they go at once, over the limit, and GitHub decides.
 * - Each activation also gets an equal share of 80 concurrent requests, at most 60 and no more than it has points for. It
 *   gives them back when it ends ({@link releaseHolder}); one that was killed keeps them for 17 seconds.
 * - When GitHub asks one of them to slow down, the others learn it before their next request.
 * - The first answer tells the hourly quota. Until then one request is granted, and everybody else waits for it. Runs leave
 *   250 requests of the quota (at most a fifth) to people.
 */
export interface TokenUse {
  /** Points granted or used, each with the instant they expire or were used. */
  points: [at: number, points: number][];
  /** Activations that use the token: their concurrency, and until when it counts unless they ask again. */
  holders: Record<string, [concurrency: number, until: number]>;
  limits: KnownLimits;
  /** Until when somebody is about to learn the quota. */
  learningUntil: number;
}

/** What GitHub's answers said about the token's limits. */
export interface KnownLimits {
  /** The hourly quota; null when unknown, or when its hour is over. */
  quota: { limit: number; remaining: number; reset: number } | null;
  /** Ask nothing before this instant. */
  retryAt: number;
}

/** What an activation of a run asks for. */
interface GrantRequest {
  holder: string;
  now: number;
  points: number;
  /** Its requests that GitHub has not answered yet. */
  inFlight: number;
  /** What it has learnt since it last asked. */
  limits: KnownLimits;
  /** Its last block of points. */
  settled?: SettledBlock;
}

interface SettledBlock {
  /** As granted. */
  until: number;
  points: number;
  used: number;
}

/**
 * Points to use before an instant, or none: ask again `at` an instant. `busy`: the others have taken the minute or the
 * concurrency, or are learning the quota. `quota`: only the reserve is left of the hour. `secondary_limit`: GitHub asked
 * to slow down.
 */
export type Grant =
  | { points: number; until: number; concurrency: number }
  | { points: 0; at: number; reason: 'busy' | 'quota' | 'secondary_limit' };

/** GitHub's limit. */
const MAX_POINTS = 900;
const MAX_POINTS_OF_RUNS = 880;
/** A minute, and the way to GitHub. */
const WINDOW_MS = 61_000;
/** Blocks expire at the end of a second, so few instants need storing. */
const BLOCK_MS = 1_000;
/** Used points are counted per span of this length, for the same reason. */
const USED_MS = 500;
/** Below GitHub's 100, to leave room for people. */
const MAX_CONCURRENCY = 80;
const MAX_CONCURRENCY_EACH = 60;
/** Longer than the longest request. */
const HOLDER_MS = 17_000;
const LEARNING_MS = 5_000;
const RETRY_MS = 200;
/** What runs leave of the hour to people, and to requests on their way; a fifth at most. */
const RESERVE = 250;
const HOUR_MS = 3_600_000;
/** Stands for the quota of a server without limits, which sends none. */
const UNLIMITED = 1_000_000;

/** Nothing known yet. */
export const UNKNOWN_LIMITS: KnownLimits = { quota: null, retryAt: 0 };

/** A token that nobody uses, with unknown limits. */
export const UNUSED: TokenUse = { points: [], holders: {}, limits: UNKNOWN_LIMITS, learningUntil: 0 };

/** Grants an activation what the limits allow now. Returns the use that includes the grant. */
export function grantPoints(before: TokenUse, request: GrantRequest): { use: TokenUse; grant: Grant } {
  const { now, holder, inFlight } = request;
  const use = bringUpToDate(before, request);
  if (request.settled) settle(use, request.settled, now);
  const denied = findDenial(use, now);
  if (denied) return { use, grant: denied };
  const share = toConcurrency(use, request);
  const room = MAX_POINTS_OF_RUNS - sumPoints(use);
  const points = share < 1 ? 0 : Math.max(0, Math.min(use.limits.quota ? request.points : 1, room));
  // More can never be in flight, so the rest of its share is left to others.
  const concurrency = Math.min(Math.max(share, inFlight), inFlight + points);
  use.holders[holder] = [concurrency, now + HOLDER_MS];
  if (share < 1) return { use, grant: { points: 0, at: now + RETRY_MS, reason: 'busy' } };
  if (points < 1) {
    const [oldest = now] = use.points.map(([at]) => at).sort((one, other) => one - other);
    return { use, grant: { points: 0, at: oldest + WINDOW_MS, reason: 'busy' } };
  }
  if (!use.limits.quota) use.learningUntil = now + LEARNING_MS;
  const until = toExpiry(now);
  addPoints(use, until, points);
  return { use, grant: { points, until, concurrency } };
}

/** Ends an activation's use of the token: others get its concurrency and its unused points at once. */
export function releaseHolder(before: TokenUse, request: Omit<GrantRequest, 'points'>): TokenUse {
  const { now, holder, inFlight } = request;
  const use = bringUpToDate(before, request);
  if (request.settled) settle(use, request.settled, now);
  // A request without an answer counts for as long as one may take.
  if (inFlight > 0) use.holders[holder] = [inFlight, now + HOLDER_MS];
  else delete use.holders[holder];
  if (!use.limits.quota && Object.keys(use.holders).length === 0) use.learningUntil = 0;
  return use;
}

/** Adds what an answer said, for everybody who uses the token. */
export function learnLimits(before: TokenUse, learnt: Pick<GrantRequest, 'now' | 'limits'>): TokenUse {
  return bringUpToDate(before, learnt);
}

/** A person's requests, and how many milliseconds they may wait for room. */
interface Booking extends Pick<GrantRequest, 'now' | 'points' | 'limits'> {
  maxWait: number;
}

/** When a person's requests go, or from when GitHub may be asked again. */
export type Booked = { at: number } | { retryAt: number };

/** Books a person's requests. The quota does not hold them back: runs leave some of it. Returns the use that includes them. */
export function bookPoints(before: TokenUse, booking: Booking): { use: TokenUse; grant: Booked } {
  const { now, points, maxWait } = booking;
  const use = bringUpToDate(before, booking);
  if (use.limits.retryAt > now) return { use, grant: { retryAt: use.limits.retryAt } };
  const firstRoom = findRoom(use, booking);
  const at = firstRoom - now <= maxWait ? firstRoom : now;
  addPoints(use, toExpiry(at), points);
  return { use, grant: { at } };
}

/** The first moment at which GitHub's minute has room for a booking. */
function findRoom(use: TokenUse, { now, points }: Booking): number {
  let spent = sumPoints(use);
  let room = now;
  for (const [at, used] of use.points.toSorted(([one], [other]) => one - other)) {
    if (spent + points <= MAX_POINTS) break;
    spent -= used;
    room = at + WINDOW_MS;
  }
  return room;
}

/** A copy without what is over, and with what was learnt since. */
function bringUpToDate(before: TokenUse, { now, limits }: Pick<GrantRequest, 'now' | 'limits'>): TokenUse {
  const points = before.points.filter(([at]) => at + WINDOW_MS > now);
  const holders = Object.entries(before.holders).filter(([, [, until]]) => until > now);
  const merged = mergeLimits(before.limits, limits);
  const isOver = merged.quota !== null && merged.quota.reset <= now;
  return {
    points: points.map(([at, some]) => [at, some]),
    holders: Object.fromEntries(holders),
    limits: isOver ? { ...merged, quota: null } : merged,
    learningUntil: before.learningUntil,
  };
}

function sumPoints({ points }: TokenUse): number {
  return points.reduce((sum, [, some]) => sum + some, 0);
}

/** The end of the next second. */
function toExpiry(instant: number): number {
  return Math.ceil((instant + BLOCK_MS) / BLOCK_MS) * BLOCK_MS;
}

/** Frees the unused points of a block, and lets the used ones count from now instead of from their expiry. */
function settle(use: TokenUse, { until, points, used }: SettledBlock, now: number): void {
  const granted = use.points.find(([at]) => at === until);
  const usedAt = Math.ceil(now / USED_MS) * USED_MS;
  if (!granted || usedAt >= until + WINDOW_MS) return;
  granted[1] -= points;
  addPoints(use, Math.min(until, usedAt), used);
  use.points = use.points.filter(([, left]) => left > 0);
}

function addPoints(use: TokenUse, at: number, points: number): void {
  const same = use.points.find((entry) => entry[0] === at);
  if (same) same[1] += points;
  else use.points.push([at, points]);
}

/** Why no run may ask now, if so. */
function findDenial({ limits, learningUntil }: TokenUse, now: number): Grant | undefined {
  const { quota, retryAt } = limits;
  if (retryAt > now) return { points: 0, at: retryAt, reason: 'secondary_limit' };
  if (!quota) return learningUntil > now ? { points: 0, at: now + RETRY_MS, reason: 'busy' } : undefined;
  if (quota.remaining > Math.min(RESERVE, quota.limit / 5)) return undefined;
  return { points: 0, at: quota.reset, reason: 'quota' };
}

/** An equal share of the concurrency, as far as the others have left it. */
function toConcurrency({ holders }: TokenUse, { holder }: GrantRequest): number {
  const others = Object.entries(holders).filter(([name]) => name !== holder);
  const taken = others.reduce((sum, [, [concurrency]]) => sum + concurrency, 0);
  const share = Math.floor(MAX_CONCURRENCY / (others.length + 1));
  return Math.min(share, MAX_CONCURRENCY_EACH, MAX_CONCURRENCY - taken);
}

/** Joins what is known from two sides. Within one hour the quota only shrinks. */
export function mergeLimits(one: KnownLimits, other: KnownLimits): KnownLimits {
  const retryAt = Math.max(one.retryAt, other.retryAt);
  if (!one.quota || !other.quota) return { quota: one.quota ?? other.quota, retryAt };
  if (one.quota.reset !== other.quota.reset)
    return { quota: one.quota.reset > other.quota.reset ? one.quota : other.quota, retryAt };
  return { quota: one.quota.remaining < other.quota.remaining ? one.quota : other.quota, retryAt };
}

/** What the result of a request says about the token's limits. */
export function toLimits(result: Parameters<RateLimiter['leave']>[0], now: number): KnownLimits {
  if ('headers' in result) return { quota: toQuota(result.headers, now), retryAt: 0 };
  const { error } = result;
  if (!(error instanceof Failure)) return UNKNOWN_LIMITS;
  const retryAt = Date.parse(error.details?.retryAt ?? '');
  if (Number.isNaN(retryAt)) return UNKNOWN_LIMITS;
  if (error.code === 'secondary_limit') return { quota: null, retryAt };
  return { quota: { limit: UNLIMITED, remaining: 0, reset: retryAt }, retryAt: 0 };
}

function toQuota(headers: Record<string, string>, now: number): KnownLimits['quota'] {
  const toNumber = (name: string) => Number(headers[`x-ratelimit-${name}`] ?? Number.NaN);
  const limit = toNumber('limit');
  const remaining = toNumber('remaining');
  const reset = toNumber('reset');
  if (limit > 0 && remaining >= 0 && reset > 0) return { limit, remaining, reset: reset * 1000 };
  return { limit: UNLIMITED, remaining: UNLIMITED, reset: now + HOUR_MS };
}
