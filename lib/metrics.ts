import type { TenantAccess } from './access.ts';
import { cutToFit } from './answer.ts';
import type { ProblemGroup } from './answers/problems.ts';
import { addDays, type Day, daysFrom, startOf, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import { sumDownloadsOfEach } from './extras/releases.ts';
import { type MetricFamily, toExposition } from './metrics/exposition.ts';
import { readAttention } from './problems/list.ts';
import {
  givesNoTraffic,
  listStandings,
  type RepositoryStanding,
  toFullName,
} from './repositories/repository.ts';
import { selectSpan } from './stats/scope.ts';
import type { Figures } from './traffic/figures.ts';
import { type DayState, daysUntilLoss, FINAL_STATES, stateOfMissing } from './traffic/window.ts';

/** The repositories of a page: with names of usual length they take half of what an answer may hold. */
const REPOSITORIES_OF_PAGE = 500;
/** How far back a final day is looked for, and the days whose states are counted. */
const RECENT_DAYS = 30;
const DAY_SECONDS = 86_400;

interface StoredDay extends Figures {
  repositoryId: number;
  date: Day;
  state: DayState;
}

/** What is told of one repository. */
interface Measured {
  name: string;
  standing: RepositoryStanding;
  /** The newest day whose figures are final; none within the last 30 days. */
  newest: StoredDay | undefined;
  /** How many of the last 30 days have each state. */
  states: ReadonlyMap<DayState, number>;
  downloads: number | null;
  untilLossSeconds: number | null;
}

/** What is told of all of them. */
interface Whole {
  repositoryCount: number;
  failingCount: number;
  problems: readonly ProblemGroup[];
}

/**
 * The repositories in scope as metrics, in four statements: what is newest and final, how the last 30 days are known, and how
 * collecting stands. A page holds 500 repositories, by name. If some names are so long that these do not fit into an answer,
 * `github_traffic_repositories_left_out` says how many are missing.
 */
export async function readMetrics(db: Db, access: TenantAccess, page: number, now: Date): Promise<string> {
  const today = toDay(now);
  const standings = await listStandings(db, access);
  const start = (page - 1) * REPOSITORIES_OF_PAGE;
  const shown = standings.slice(start, start + REPOSITORIES_OF_PAGE);
  const isAll = shown.length === standings.length;
  const scope = {
    tenantId: access.tenantId,
    repositoryIds: isAll ? access.repositoryIds : shown.map(({ repositoryId }) => repositoryId),
  };
  const days = await readRecentDays(db, scope, today);
  const downloads = await sumDownloadsOfEach(db, scope);
  const whole: Whole = {
    repositoryCount: standings.length,
    failingCount: standings.filter(isFailing).length,
    problems: await readAttention(db, access, standings, now),
  };
  const measured = shown.map((standing) => {
    const { repositoryId } = standing;
    return toMeasured(standing, days.get(repositoryId) ?? [], downloads.get(repositoryId) ?? null, today);
  });
  return cutToFit(measured, (some) =>
    toExposition([...toTenantFamilies(whole, measured.length - some.length), ...toRepositoryFamilies(some)]),
  ).text;
}

async function readRecentDays(db: Db, access: TenantAccess, today: Day): Promise<Map<number, StoredDay[]>> {
  const days = new Map<number, StoredDay[]>();
  if (access.repositoryIds?.length === 0) return days;
  const span = { from: addDays(today, -RECENT_DAYS), to: addDays(today, -1) };
  const rows = await selectSpan(db, access, span)
    .select(['d.repositoryId', 'd.trafficDate as date', 'd.state'])
    .select(['d.viewCount', 'd.viewUniques', 'd.cloneCount', 'd.cloneUniques'])
    .execute();
  for (const row of rows) {
    const known = days.get(row.repositoryId);
    if (known) known.push(row);
    else days.set(row.repositoryId, [row]);
  }
  return days;
}

const isFailing = (standing: RepositoryStanding) =>
  standing.failureCode !== null && !givesNoTraffic(standing) && standing.schedule !== 'paused';

const isFinal = ({ state }: StoredDay) => (FINAL_STATES as readonly DayState[]).includes(state);

function toMeasured(
  standing: RepositoryStanding,
  stored: readonly StoredDay[],
  downloads: number | null,
  today: Day,
): Measured {
  const newest = stored
    .filter(isFinal)
    .reduce<StoredDay | undefined>((last, day) => (last && last.date > day.date ? last : day), undefined);
  const loss = givesNoTraffic(standing) ? null : daysUntilLoss(standing, today);
  return {
    name: toFullName(standing),
    standing,
    newest,
    states: countStates(standing, stored, today),
    downloads,
    untilLossSeconds: loss === null ? null : loss * DAY_SECONDS,
  };
}

/** Days before the first that was ever collected say nothing. */
function countStates(
  standing: RepositoryStanding,
  stored: readonly StoredDay[],
  today: Day,
): ReadonlyMap<DayState, number> {
  const known = new Map(stored.map(({ date, state }) => [date, state]));
  const counts = new Map<DayState, number>();
  for (const date of daysFrom(addDays(today, -RECENT_DAYS), addDays(today, -1))) {
    const state = known.get(date) ?? stateOfMissing(date, standing, today);
    if (state !== 'before') counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

function toTenantFamilies(
  { repositoryCount, failingCount, problems }: Whole,
  leftOut: number,
): MetricFamily[] {
  return [
    {
      name: 'github_traffic_repositories',
      help: 'Tracked repositories, those of other pages included.',
      samples: [{ value: repositoryCount }],
    },
    {
      name: 'github_traffic_repositories_left_out',
      help: 'Repositories of this page that did not fit into the answer.',
      samples: [{ value: leftOut }],
    },
    {
      name: 'github_traffic_repositories_failing',
      help: 'Repositories whose newest collection failed, without paused and archived ones.',
      samples: [{ value: failingCount }],
    },
    {
      name: 'github_traffic_problems',
      help: 'What needs action now, by kind, as on the overview.',
      samples: problems
        .map(({ kind }) => kind)
        .filter(isFirst)
        .map((kind) => ({
          labels: { kind },
          value: problems.filter((one) => one.kind === kind).length,
        })),
    },
  ];
}

const isFirst = <T>(value: T, place: number, all: readonly T[]) => all.indexOf(value) === place;

function toRepositoryFamilies(measured: readonly Measured[]): MetricFamily[] {
  /** One sample of each repository where the value is known. */
  const each = (name: string, help: string, measure: (one: Measured) => number | null | undefined) => ({
    name,
    help,
    samples: measured.flatMap((one) => {
      const value = measure(one) ?? null;
      return value === null ? [] : [{ labels: { repository: one.name }, value }];
    }),
  });
  return [
    each('github_traffic_views', 'Views on the newest final day.', ({ newest }) => newest?.viewCount),
    each(
      'github_traffic_visitors',
      'Unique visitors on the newest final day.',
      ({ newest }) => newest?.viewUniques,
    ),
    each(
      'github_traffic_clones',
      'Clones on the newest final day, those by CI included.',
      ({ newest }) => newest?.cloneCount,
    ),
    each(
      'github_traffic_cloners',
      'Unique cloners on the newest final day.',
      ({ newest }) => newest?.cloneUniques,
    ),
    each(
      'github_traffic_final_day_timestamp_seconds',
      'The beginning of the newest final day, in UTC. There is none if no day of the last 30 is final.',
      ({ newest }) => newest && startOf(newest.date).getTime() / 1000,
    ),
    {
      name: 'github_traffic_day_states',
      help: 'How many of the last 30 days have each state.',
      samples: measured.flatMap(({ name, states }) =>
        [...states].map(([state, value]) => ({ labels: { repository: name, state }, value })),
      ),
    },
    each('github_traffic_stars', 'Stars as of the newest collection.', ({ standing }) => standing.stars),
    each('github_traffic_forks', 'Forks as of the newest collection.', ({ standing }) => standing.forks),
    each('github_traffic_downloads', 'Downloads of all release files ever.', ({ downloads }) => downloads),
    each(
      'github_traffic_last_success_timestamp_seconds',
      'When traffic was last read.',
      ({ standing: { lastSuccessAt } }) =>
        lastSuccessAt === null ? null : Math.floor(Date.parse(lastSuccessAt) / 1000),
    ),
    {
      name: 'github_traffic_failure',
      help: 'One for each repository whose newest collection failed, with the code of the failure.',
      samples: measured
        .filter(({ standing }) => isFailing(standing))
        .map(({ name, standing }) => ({
          labels: { repository: name, code: standing.failureCode ?? '' },
          value: 1,
        })),
    },
    each(
      'github_traffic_until_loss_seconds',
      'In whole days, how long until GitHub forgets a day that was not read. Zero: the last chance is today or gone.',
      ({ untilLossSeconds }) => untilLossSeconds,
    ),
  ];
}
