import type { ProblemGroup } from '../answers/problems.ts';
import { addDays, type Day, startOf, toDay } from '../day.ts';
import type { ProblemKind } from '../db/tables/channels.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import { isTokenFault, passesByItself } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { andMore } from '../number-format.ts';
import { givesNoTraffic } from '../repositories/repository.ts';
import { daysUntilLoss } from '../traffic/window.ts';

/** What the rules need to know about a repository. */
export interface WatchedRepository {
  repositoryId: number;
  fullName: string;
  schedule: Schedule;
  addedAt: Instant;
  lastCoveredDate: Day | null;
  publishedThrough: Day | null;
  stalledThrough: Day | null;
  oldCopyThrough: Day | null;
  lastSuccessAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
  failureAt: Instant | null;
}

/** A rule that tracks repositories and failed when it was last evaluated. */
interface WatchedRule {
  label: string;
  failureCode: string;
  failureMessage: string;
  failureAt: Instant;
}

/** What the rules need to know about a tenant. */
export interface WatchedTenant {
  tokenExpiresAt: Instant | null;
  /** The last successful collection of any repository that is not paused. */
  lastSuccessAt: Instant | null;
  /** The start of its newest run. */
  lastRunAt: Instant | null;
  /** At least those for which {@link isSuspect} holds. */
  repositories: readonly WatchedRepository[];
  /** Those that track repositories and failed. */
  failingRules: readonly WatchedRule[];
}

/** The kinds of problems that are news of GitHub: nobody has to act. */
export const NEWS_KINDS: readonly ProblemKind[] = ['github_stalled', 'all_silent'];

/** Something that needs action. Kind, code and repository identify it within a tenant. */
export interface FoundProblem {
  kind: ProblemKind;
  /** The failure code of a repository or token, or the stage of the problem. */
  code: string;
  /** Null for a problem of the tenant. */
  repositoryId: number | null;
  fullName: string | null;
  /** Says what happened and what to do. */
  message: string;
  since: Instant;
  /** Null when unknown. */
  daysUntilLoss: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long nothing may be collected before it is a problem. */
const LATE_MS: Record<Exclude<Schedule, 'paused'>, number> = { daily: 2 * DAY_MS, weekly: 9 * DAY_MS };
/** Days until loss that are a problem. A weekly repository is down to 6 before each of its collections. */
const NEAR_DAYS: Record<Exclude<Schedule, 'paused'>, number> = { daily: 7, weekly: 4 };
/** Nobody can do anything about an old copy, so it becomes a problem only then. */
const NEAR_DAYS_OF_COPY = 3;
/** How long the first collection may take: it starts at once, or with the next alarm. */
const FIRST_COLLECTION_MS = 26 * HOUR_MS;
/** A failure that passes by itself needs action once the next daily collection has failed too. */
const PASSES_WITHIN_MS = 25 * HOUR_MS;
const EXPIRY_DAYS = [14, 7, 1];

/** A repository that was collected since this instant can only have failed since, or have got an old copy. */
export const toFreshSince = (now: Date): Instant => ago(now, LATE_MS.daily);

/** Whether something may be wrong with a repository that is not paused; usually it is not. */
export function isSuspect(
  {
    failureCode,
    lastSuccessAt,
    oldCopyThrough,
  }: Pick<WatchedRepository, 'failureCode' | 'lastSuccessAt' | 'oldCopyThrough'>,
  freshSince: Instant,
): boolean {
  const isFresh = lastSuccessAt !== null && lastSuccessAt > freshSince;
  return failureCode !== null || !isFresh || oldCopyThrough !== null;
}

/** Everything in a tenant that needs action now. The watchdog and the overview share these rules. */
export function findProblems(tenant: WatchedTenant, now: Date): FoundProblem[] {
  const repositories = tenant.repositories.filter((one) => one.schedule !== 'paused' && !givesNoTraffic(one));
  const refusedToken = findRefusedToken(repositories, now);
  return [
    ...refusedToken,
    ...findExpiry(tenant.tokenExpiresAt, now),
    ...findStandstill({ ...tenant, repositories }, now),
    ...repositories.flatMap((one) => [...findFailure(one, now), ...findNearLoss(one, now)]),
    ...findRuleFailures(tenant.failingRules, now).filter(
      ({ code }) => refusedToken.length === 0 || !isTokenFault(code),
    ),
  ];
}

const ofTenant = { repositoryId: null, fullName: null, daysUntilLoss: null };
/** The instant this many milliseconds before another. */
export const ago = (now: Date, milliseconds: number) => new Date(now.getTime() - milliseconds).toISOString();
const later = (instant: Instant, milliseconds: number) => ago(new Date(instant), -milliseconds);

const daysLeft = (repository: WatchedRepository, now: Date) => daysUntilLoss(repository, toDay(now));

function findRefusedToken(repositories: readonly WatchedRepository[], now: Date): FoundProblem[] {
  const refused = repositories.filter(({ failureCode }) => failureCode !== null && isTokenFault(failureCode));
  const [first] = refused.sort((one, other) => ((one.failureAt ?? '') < (other.failureAt ?? '') ? -1 : 1));
  if (!first?.failureCode || !first.failureAt) return [];
  const { failureCode: code, failureMessage, failureAt: since } = first;
  const left = Math.min(...refused.map((one) => daysLeft(one, now)));
  const problem = { kind: 'token_refused', code, ...ofTenant, daysUntilLoss: left } as const;
  return [{ ...problem, message: failureMessage ?? '', since }];
}

/** One problem per stage, so channels hear again as the end comes near. */
function findExpiry(expiresAt: Instant | null, now: Date): FoundProblem[] {
  if (expiresAt === null) return [];
  const verb = expiresAt <= now.toISOString() ? 'expired on' : 'expires on';
  const when = `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
  const message = `The GitHub token ${verb} ${when}. Create a new one on GitHub and save it for this tenant.`;
  return EXPIRY_DAYS.flatMap((days): FoundProblem[] => {
    const since = later(expiresAt, -days * DAY_MS);
    if (since > now.toISOString()) return [];
    return [{ kind: 'token_expires', code: `within_${days}_days`, ...ofTenant, message, since }];
  });
}

/** Nothing was collected for too long, whatever the reason, even if no collection ever began. */
function findStandstill(
  { repositories, lastSuccessAt, lastRunAt }: WatchedTenant,
  now: Date,
): FoundProblem[] {
  const isLate = ({ schedule, addedAt }: WatchedRepository) => {
    const limit = ago(now, schedule === 'weekly' ? LATE_MS.weekly : LATE_MS.daily);
    return addedAt <= limit && (lastSuccessAt === null || lastSuccessAt <= limit);
  };
  const late = repositories.filter(isLate);
  if (late.length === 0) return [];
  const last = lastSuccessAt ?? late.map(({ addedAt }) => addedAt).sort()[0] ?? now.toISOString();
  const limit = late.some(({ schedule }) => schedule === 'daily') ? LATE_MS.daily : LATE_MS.weekly;
  const advice =
    lastRunAt !== null && lastRunAt > ago(now, limit)
      ? 'The collection log says why.'
      : 'No collection has started since: check that the alarm fires.';
  const since = later(last, limit);
  const day = toDay(new Date(last));
  const message = `Nothing has been collected since ${day}. ${advice}`;
  return [{ kind: 'not_running', code: 'no_success', ...ofTenant, message, since }];
}

function findFailure(repository: WatchedRepository, now: Date): FoundProblem[] {
  const { repositoryId, fullName, failureCode: code, failureMessage, failureAt: since } = repository;
  if (code === null || since === null || isTokenFault(code)) return [];
  if (passesByItself(code) && since > ago(now, PASSES_WITHIN_MS)) return [];
  const problem = { kind: 'repository_failing', code, repositoryId, fullName, since } as const;
  return [{ ...problem, message: failureMessage ?? '', daysUntilLoss: daysLeft(repository, now) }];
}

function findNearLoss(repository: WatchedRepository, now: Date): FoundProblem[] {
  const { repositoryId, fullName, schedule, addedAt, lastCoveredDate } = repository;
  const near = schedule === 'weekly' ? NEAR_DAYS.weekly : NEAR_DAYS.daily;
  const left = daysLeft(repository, now);
  const problem = { kind: 'loss_near', repositoryId, fullName, daysUntilLoss: left } as const;
  if (lastCoveredDate === null) {
    const since = later(addedAt, FIRST_COLLECTION_MS);
    const message = 'Never collected. It loses one day every day.';
    return since > now.toISOString() ? [] : [{ ...problem, code: 'never_collected', message, since }];
  }
  const { oldCopyThrough, publishedThrough } = repository;
  if (oldCopyThrough !== null && left > NEAR_DAYS_OF_COPY) return [];
  if (left > near) return [];
  const covered = publishedThrough ?? lastCoveredDate;
  const lastChance = addDays(covered, daysUntilLoss({ ...repository, stalledThrough: null }, covered));
  if (oldCopyThrough !== null) {
    const message = `GitHub answers with an old copy that ends on ${oldCopyThrough}. It is asked again every hour. If nothing newer comes by ${lastChance}, days are lost.`;
    const since = startOf(addDays(lastChance, -NEAR_DAYS_OF_COPY)).toISOString();
    return [{ ...problem, code: 'old_copy', message, since }];
  }
  const message = `Last collected on ${lastCoveredDate}. Fix this by ${lastChance}, or days are lost.`;
  const since = startOf(addDays(lastChance, -near)).toISOString();
  return [{ ...problem, code: 'days_left', message, since }];
}

/** One problem for each cause: rules that share the tenant's token often fail together. */
function findRuleFailures(rules: readonly WatchedRule[], now: Date): FoundProblem[] {
  const failing = rules.filter(
    ({ failureCode, failureAt }) => !passesByItself(failureCode) || failureAt <= ago(now, PASSES_WITHIN_MS),
  );
  const codes = [...new Set(failing.map(({ failureCode }) => failureCode))];
  return codes.flatMap((code): FoundProblem[] => {
    const alike = failing.filter(({ failureCode }) => failureCode === code);
    const [first, ...others] = alike.sort((one, other) => (one.failureAt < other.failureAt ? -1 : 1));
    if (!first) return [];
    const which = others.length === 0 ? first.label : `${first.label} ${andMore(others.length)}`;
    const message = `Rule ${which}: ${first.failureMessage}`;
    return [{ kind: 'rule_failing', code, ...ofTenant, message, since: first.failureAt }];
  });
}

/**
 * Leaves one problem for each cause: days that are about to be lost because the same collection fails, and a token that expires
 * and is refused already, are no problems of their own. The channels hear of them all the same, one after the other.
 */
export function foldConsequences(
  problems: readonly FoundProblem[],
  repositories: readonly Pick<WatchedRepository, 'repositoryId' | 'failureCode'>[],
): FoundProblem[] {
  const isRefused = problems.some(({ kind }) => kind === 'token_refused');
  const standstill = problems.find(({ kind }) => kind === 'not_running');
  const codes = new Map(repositories.map(({ repositoryId, failureCode }) => [repositoryId, failureCode]));
  const causeOf = (problem: FoundProblem) => {
    if (problem.kind !== 'loss_near' || problem.code === 'old_copy') return undefined;
    const code = codes.get(problem.repositoryId ?? 0) ?? null;
    const isCause = (other: FoundProblem) =>
      other.code === code && (other.repositoryId === problem.repositoryId || other.kind === 'token_refused');
    return problems.find(isCause) ?? standstill;
  };
  const nearest = new Map<FoundProblem, number>();
  const kept = problems.filter((problem) => {
    if (problem.kind === 'token_expires') return !isRefused;
    const cause = causeOf(problem);
    if (cause && problem.daysUntilLoss !== null)
      nearest.set(cause, Math.min(problem.daysUntilLoss, nearest.get(cause) ?? problem.daysUntilLoss));
    return cause === undefined;
  });
  return kept.map((problem) => ({
    ...problem,
    daysUntilLoss: nearest.get(problem) ?? problem.daysUntilLoss,
  }));
}

const MAX_NAMED = 3;
const URGENCY: ProblemKind[] = [
  'token_refused',
  'not_running',
  'loss_near',
  'token_expires',
  'repository_failing',
  'rule_failing',
  'github_stalled',
  'all_silent',
];

/** Groups problems by cause, the most urgent first. Several stages of one problem count as its last stage. */
export function groupProblems(problems: readonly FoundProblem[]): ProblemGroup[] {
  const causes = new Map<string, FoundProblem[]>();
  for (const problem of problems) {
    const isOfCode =
      ['repository_failing', 'rule_failing'].includes(problem.kind) || NEWS_KINDS.includes(problem.kind);
    const cause = isOfCode ? `${problem.kind} ${problem.code}` : problem.kind;
    causes.set(cause, [...(causes.get(cause) ?? []), problem]);
  }
  const groups = [...causes.values()].map(toGroup);
  return groups.sort((one, other) => URGENCY.indexOf(one.kind) - URGENCY.indexOf(other.kind));
}

function toGroup(problems: readonly FoundProblem[]): ProblemGroup {
  const [first] = problems;
  const last = problems.at(-1);
  if (!first || !last) throw new Error('A group has at least one problem.');
  const { kind, code, message } = last;
  const repositories = problems.flatMap(({ repositoryId, fullName }) =>
    repositoryId === null ? [] : [{ repositoryId, fullName: fullName ?? '' }],
  );
  const since = problems.map((one) => one.since).sort()[0] ?? first.since;
  const named = repositories.sort((a, b) => (a.fullName < b.fullName ? -1 : 1)).slice(0, MAX_NAMED);
  const left = problems.flatMap(({ daysUntilLoss: days }) => (days === null ? [] : [days]));
  return {
    kind,
    code,
    message,
    since,
    repositoryCount: repositories.length,
    repositories: named,
    daysUntilLoss: left.length === 0 ? null : Math.min(...left),
  };
}
