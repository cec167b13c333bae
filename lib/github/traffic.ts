import type * as z from 'zod';
import { Failure, isFromGitHub, meetsEveryRequest } from '../failure.ts';
import {
  type Bucket,
  clonesAnswer,
  type PopularPath,
  pathsAnswer,
  type Referrer,
  referrersAnswer,
  viewsAnswer,
  type Window,
} from './answers.ts';
import { askConditionally } from './conditional-request.ts';
import type { Connection } from './connection.ts';
import { type AnswerKind, type AnswerMemory, createMemory } from './memory.ts';

/** Everything GitHub shows of a repository's traffic: the last 14 days, UTC, the newest day still growing. */
export interface GitHubTraffic {
  views: Window;
  clones: Window;
  /**
   * Weeks by their Monday, with uniques of their own; the first and the last are usually not whole. Null: they were not
   * asked for, or GitHub did not give them.
   */
  weeks: { views: Bucket[]; clones: Bucket[] } | null;
  /** At most ten each, over the 14 days together, most views first; null: GitHub did not give them. */
  referrers: Referrer[] | null;
  paths: PopularPath[] | null;
  /** What GitHub did not give besides the days, and why. */
  lacking: Lack[];
}

/** A part of a repository's traffic that GitHub refused, or failed to give, while it gave the days. */
interface Lack {
  part: 'referrers' | 'paths' | 'weeks';
  error: Failure;
}

export interface TrafficOptions {
  /** Whether weeks are asked for as well; yes unless told. */
  weeks?: boolean;
  /** What is known from before; what is new is put there too. */
  memory?: AnswerMemory;
}

/** The days, and what GitHub gives besides them. Throws when it does not give the days, or refuses the token. */
export async function getTraffic(
  ask: Connection,
  id: number,
  { weeks: withWeeks = true, memory = createMemory() }: TrafficOptions,
): Promise<GitHubTraffic> {
  const lacking: Lack[] = [];
  const unlessLacking = async <T>(part: Lack['part'], wanted: Promise<T>): Promise<T | null> =>
    wanted.catch((error: unknown) => {
      if (!(error instanceof Failure) || !isFromGitHub(error.code) || meetsEveryRequest(error.code))
        throw error;
      lacking.push({ part, error });
      return null;
    });
  const read = <T>(kind: AnswerKind, schema: z.ZodType<T>, below: string, parameters = {}): Promise<T> => {
    const path = `/repositories/${id}/traffic/${below}`;
    return askConditionally(ask, schema, { kind, path, parameters }, memory);
  };
  const readWeeks = () =>
    Promise.all([
      read('view_weeks', viewsAnswer, 'views', { per: 'week' }),
      read('clone_weeks', clonesAnswer, 'clones', { per: 'week' }),
    ]);
  // First alone: a token that may not read one figure may read none, and each refusal counts against the quota.
  const views = await read('views', viewsAnswer, 'views');
  const [clones, weeks, referrers, paths] = await Promise.all([
    read('clones', clonesAnswer, 'clones'),
    withWeeks ? unlessLacking('weeks', readWeeks()) : null,
    unlessLacking('referrers', read('referrers', referrersAnswer, 'popular/referrers')),
    unlessLacking('paths', read('paths', pathsAnswer, 'popular/paths')),
  ]);
  return {
    views,
    clones,
    weeks: weeks && { views: weeks[0].days, clones: weeks[1].days },
    referrers,
    paths,
    lacking,
  };
}
