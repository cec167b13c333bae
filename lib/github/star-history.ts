import * as z from 'zod';
import { addDays, type Day, toDay } from '../day.ts';
import { Failure } from '../failure.ts';
import { parseAnswer } from './answers.ts';
import type { Connection } from './connection.ts';

/** The stars gained on a day and not removed since. */
export interface StarDay {
  starDate: Day;
  gained: number;
}

/** One page of the history: up to 30 weeks, the newest on the first page. */
export interface StarPage {
  /** Every day of its weeks that has begun, even without stars. */
  days: StarDay[];
  /** True: there are no older weeks. */
  last: boolean;
}

/** The largest page, and the first API version with the endpoint. */
const WEEKS_PER_PAGE = 30;
const API_VERSION = '2026-03-10';

const week = z.lazy(() =>
  z.object({
    week: z.int().nonnegative().max(4_102_444_800),
    days: z.array(z.int().nonnegative()).length(7),
  }),
);
const historyAnswer = z.lazy(() => z.array(week).max(100));

/**
 * Reads a page of `GET /repos/{owner}/{repo}/stargazers/history`, which is public since 4 September 2026
 * (https://docs.github.com/en/rest/activity/starring, version 2026-03-10): whole weeks without gaps, newest first, `week`
 * in seconds since 1970. A removed star disappears from its day.
 */
export async function getStarPage(ask: Connection, id: number, page: number): Promise<StarPage> {
  const { data, headers, answeredAt } = await ask(
    `/repositories/${id}/stargazers/history`,
    { per_page: WEEKS_PER_PAGE, page },
    { apiVersion: API_VERSION },
  ).catch((error: unknown) => {
    throw toUnknownEndpoint(error);
  });
  const weeks = parseAnswer(historyAnswer, data);
  const today = toDay(answeredAt);
  const days = weeks.flatMap(({ week, days }) => {
    const first = toDay(new Date(week * 1000));
    return days.map((gained, index) => ({ starDate: addDays(first, index), gained }));
  });
  return {
    days: days.filter(({ starDate }) => starDate <= today),
    last: weeks.length === 0 || !/rel="next"/.test(headers.link ?? ''),
  };
}

/** A server without the endpoint answers 404, as for a hidden repository. */
function toUnknownEndpoint(error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== 'not_found') return error;
  const { serverVersion } = error.details ?? {};
  if (serverVersion === undefined) return error;
  return new Failure(
    'not_found',
    `GitHub Enterprise Server ${serverVersion} does not answer the stars of each day. github.com does since September 2026; a later version of the server may.`,
    { serverVersion },
  );
}
