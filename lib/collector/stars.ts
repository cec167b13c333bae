import type { Transaction } from 'kysely';
import { addDays, daysBetween, toDay } from '../day.ts';
import { larger, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { StarDay } from '../github/star-history.ts';
import { type Extra, type ExtraReading, type ExtraState, isTriedToday } from '../repositories/extras.ts';
import type { RepositoryKey } from '../traffic.ts';
import { toRefusal } from './extra-refusal.ts';

/** Pages of a history that one collection reads at most: ten are 300 weeks. */
const MAX_PAGES = 10;
/** Somebody may take a star back on the day on which somebody else gives one: the number alone says too little for long. */
const AT_LATEST_DAYS = 7;
/** Days before the last reading that are read again. */
const OVERLAP_DAYS = 7;

/**
 * The stars that each day gained: the whole history once, a few pages a day, then the newest weeks whenever the number of
 * stars changed. GitHub forgets the gains that are taken back; the larger figure is kept.
 */
export const starExtra: Extra = {
  kind: 'stars',

  isDue({ stars }, state, now) {
    if (isTriedToday(state, now)) return false;
    if (!state?.readAt || state.nextPage !== null || state.failureCode !== null) return true;
    const age = daysBetween(toDay(new Date(state.readAt)), toDay(now));
    return stars !== state.seenCount || age >= AT_LATEST_DAYS;
  },

  async read({ github, now }, subject, state) {
    const days: StarDay[] = [];
    const complete = state?.readAt && state.nextPage === null ? toDay(new Date(state.readAt)) : null;
    const reading = (asked: number, nextPage: number | null, failure: Failure | null): ExtraReading => ({
      kind: 'stars',
      asked,
      failure,
      save: (trx) => saveStars(trx, subject, days),
      state:
        days.length === 0 && failure ? {} : { readAt: now.toISOString(), nextPage, seenCount: subject.stars },
    });
    let page = 1;
    for (let asked = 1; ; asked += 1) {
      const answer = await github
        .getStarPage(subject.githubId, page)
        .catch((error: unknown) => toRefusal('stars', error));
      if (answer instanceof Failure) return reading(asked, page, answer);
      days.push(...answer.days);
      const oldest = answer.days.map(({ starDate }) => starDate).sort()[0];
      const known = complete && oldest !== undefined && oldest <= addDays(complete, -OVERLAP_DAYS);
      if (answer.last || known) return reading(asked, null, null);
      page = asked === 1 ? pageAfterFirst(state, now) : page + 1;
      if (asked === MAX_PAGES) return reading(asked, page, null);
    }
  },
};

/** Weeks move to later pages as new ones come, so nothing is missed where reading went on lately. */
function pageAfterFirst(state: ExtraState | undefined, now: Date): number {
  const lately = state?.readAt && daysBetween(toDay(new Date(state.readAt)), toDay(now)) < 7 * 28;
  return lately ? Math.max(2, state.nextPage ?? 2) : 2;
}

async function saveStars(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  days: readonly StarDay[],
): Promise<void> {
  const gains = new Map(days.filter(({ gained }) => gained > 0).map((day) => [day.starDate, day.gained]));
  if (gains.size === 0) return;
  await mergeRows(
    trx,
    {
      into: 'starDay',
      columns: { tenantId: 'integer', repositoryId: 'integer', starDate: 'date', gained: 'integer' },
      key: ['tenantId', 'repositoryId', 'starDate'],
      update: { gained: larger('gained') },
    },
    [...gains].map(([starDate, gained]) => ({ tenantId, repositoryId, starDate, gained })),
  );
}
