import { inChunks } from '../chunks.ts';
import { addDays, type Day, daysBetween } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type Span, selectFiguresByDay, selectSpan } from '../stats/scope.ts';
import { METRICS } from '../traffic/figures.ts';
import { JUDGED_STATES, type JudgedDays, type SubjectDay } from './detect.ts';

/** Repositories whose days are read at once: the rows of a large group would not fit into the action's memory. */
const CHUNK = 100;

/** On which days of a span each of some repositories is judged: a byte for each day of each. */
export async function readJudgedDays(
  db: Db,
  tenantId: number,
  ids: readonly number[],
  { from, to }: Span,
): Promise<JudgedDays> {
  const length = daysBetween(from, addDays(to, 1));
  const ofRepositories = new Map(ids.map((id) => [id, new Uint8Array(length)]));
  for (const repositoryIds of inChunks(ids, CHUNK)) {
    const rows = await selectSpan(db, { tenantId, repositoryIds }, { from, to })
      .select(['d.repositoryId', 'd.trafficDate as date'])
      .where('d.state', 'in', JUDGED_STATES)
      .execute();
    for (const { repositoryId, date } of rows)
      ofRepositories.get(repositoryId)?.fill(1, daysBetween(from, date), daysBetween(from, date) + 1);
  }
  return { from, ofRepositories };
}

/** The figures of some repositories together, as the database adds them up, on the days on which all of them are judged. */
export async function sumDays(
  db: Db,
  tenantId: number,
  ids: readonly number[],
  span: Span,
): Promise<SubjectDay[]> {
  const sums = new Map<Day, SubjectDay & { repositoryCount: number }>();
  for (const repositoryIds of inChunks(ids, CHUNK)) {
    const rows = await selectFiguresByDay(db, { tenantId, repositoryIds }, span)
      .select(({ fn }) => fn.countAll<number>().as('repositoryCount'))
      .select(({ fn }) => METRICS.map((metric) => fn.count<number>(`d.${metric}`).as(`${metric}Known`)))
      .where('d.state', 'in', JUDGED_STATES)
      .execute();
    for (const row of rows) {
      const { date, repositoryCount } = row;
      const sum = sums.get(date) ?? { date, state: 'measured', repositoryCount: 0, ...NOTHING };
      sum.repositoryCount += repositoryCount;
      for (const metric of METRICS) {
        const figure = row[`${metric}Known`] < repositoryCount ? null : row[metric];
        const before = sum[metric];
        sum[metric] = before === null || figure === null ? null : before + figure;
      }
      sums.set(date, sum);
    }
  }
  return [...sums.values()]
    .filter(({ repositoryCount }) => repositoryCount === ids.length)
    .map(({ repositoryCount: _, ...day }) => day);
}

const NOTHING = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };
