import type * as z from 'zod';
import { Failure, isFromGitHub, meetsEveryRequest, passesByItself } from '../failure.ts';
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
import { waitForAll } from './attempts.ts';
import { askConditionally } from './conditional-request.ts';
import type { Connection } from './connection.ts';
import { type AnswerKind, type AnswerMemory, createMemory } from './memory.ts';

/** GitHub's traffic of a repository over 14 UTC days. Null: GitHub did not give that part. */
export interface GitHubTraffic {
  /** At least one of the two is there. */
  views: Window | null;
  clones: Window | null;
  /**
   * Weeks by their Monday, with their own uniques; the first and the last are usually cut. Null: they were not asked for, or
   * GitHub gave none.
   */
  weeks: { views: Bucket[] | null; clones: Bucket[] | null } | null;
  /** At most ten each, for the 14 days together, most views first. */
  referrers: Referrer[] | null;
  paths: PopularPath[] | null;
  /** What GitHub did not give, and why. */
  lacking: Lack[];
  /** When GitHub answered: by its clock if the two differ by more than ten minutes, else by ours. */
  readAt: Date;
}

/** A part of a repository's traffic that GitHub refused, or failed to give, while it gave others. */
interface Lack {
  part: 'views' | 'clones' | 'referrers' | 'paths' | 'weeks';
  error: Failure;
}

export interface TrafficOptions {
  /** Whether to read weeks too, given the days that were read. Default: always. */
  wantsWeeks?: (days: { views: Bucket[] | null; clones: Bucket[] | null }, readAt: Date) => boolean;
  /** The remembered answers. New ones are added. */
  memory?: AnswerMemory;
  /** `at_once`: ask for views, clones and lists together. Default: for views first and alone, because each refusal counts. */
  order?: 'views_first' | 'at_once';
}

/**
 * Reads a repository's traffic as far as GitHub gives it. Throws if it gives neither views nor clones, refuses either, or
 * refuses the token.
 */
export async function getTraffic(
  ask: Connection,
  id: number,
  { wantsWeeks = () => true, memory = createMemory(), order = 'views_first' }: TrafficOptions,
): Promise<GitHubTraffic> {
  const lacking: Lack[] = [];
  const unlessLacking = async <T>(part: Lack['part'], wanted: Promise<T>): Promise<T | null> =>
    wanted.catch((error: unknown) => {
      if (!(error instanceof Failure) || !isFromGitHub(error.code) || meetsEveryRequest(error.code))
        throw error;
      lacking.push({ part, error });
      return null;
    });
  let readAt: Date | undefined;
  const read = async <T>(
    kind: AnswerKind,
    schema: z.ZodType<T>,
    below: string,
    parameters = {},
  ): Promise<T> => {
    const path = `/repositories/${id}/traffic/${below}`;
    const answer = await askConditionally(ask, schema, { kind, path, parameters }, memory);
    readAt ??= answer.answeredAt;
    return answer.read;
  };
  /** If GitHub fails to give days, they are just missing. If it refuses them, stop: it refuses the rest too. */
  const readDays = async (part: 'views' | 'clones', schema: z.ZodType<Window>) => {
    const wanted = read(part, schema, part);
    return unlessLacking(part, wanted).then((days) => {
      const refused = lacking.find((lack) => lack.part === part && !passesByItself(lack.error.code));
      if (refused) throw refused.error;
      return days;
    });
  };
  const readWeeks = async () => {
    const [views, clones] = await Promise.all([
      unlessLacking('weeks', read('view_weeks', viewsAnswer, 'views', { per: 'week' })),
      unlessLacking('weeks', read('clone_weeks', clonesAnswer, 'clones', { per: 'week' })),
    ]);
    return views || clones ? { views: views?.days ?? null, clones: clones?.days ?? null } : null;
  };
  const asked = readDays('views', viewsAnswer);
  // A token that may not read one figure may read none, and each refusal counts against the quota.
  if (order === 'views_first') await asked;
  const [views, clones, referrers, paths] = await waitForAll([
    asked,
    readDays('clones', clonesAnswer),
    unlessLacking('referrers', read('referrers', referrersAnswer, 'popular/referrers')),
    unlessLacking('paths', read('paths', pathsAnswer, 'popular/paths')),
  ]);
  const [first] = lacking;
  if (!views && !clones && first) throw first.error;
  if (!readAt) throw new Error('GitHub gave days without an answer.');
  const days = { views: views?.days ?? null, clones: clones?.days ?? null };
  const weeks = wantsWeeks(days, readAt) ? await readWeeks() : null;
  return { views, clones, weeks, referrers, paths, lacking, readAt };
}
