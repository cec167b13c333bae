import * as z from 'zod';
import { toDay } from '../day.ts';
import { Failure } from '../failure.ts';

// GitHub's answers as far as they are used: https://docs.github.com/en/rest/metrics/traffic and
// https://docs.github.com/en/rest/repos/repos. Unknown members are ignored, missing ones are an unreadable answer.

/** Visits or clones, and how many different visitors or cloners they were. */
interface Figures {
  count: number;
  uniques: number;
}

/** A UTC day ('YYYY-MM-DD'), or for weeks its Monday. */
export interface Bucket extends Figures {
  date: string;
}

/** What `/traffic/views` or `/traffic/clones` say: `count` and `uniques` of the whole window, and each of its days. */
export interface Window extends Figures {
  days: Bucket[];
}

/** A site that visitors came from, by GitHub's name for it, such as 'Google' or 'news.ycombinator.com'. */
export interface Referrer extends Figures {
  referrer: string;
}

/** A page that was looked at: its path at the server, `/owner/name` included, and its title. */
export interface PopularPath extends Figures {
  path: string;
  title: string;
}

/** What a token's owner may do in a repository, in GitHub's names. */
interface Permissions {
  admin: boolean;
  maintain: boolean;
  push: boolean;
  triage: boolean;
  pull: boolean;
}

/** Who sees a repository: everybody, those it is shared with, or all of the owner's enterprise as well. */
export type Visibility = 'public' | 'private' | 'internal';

/** A repository as GitHub lists it. */
export interface ListedRepository {
  /** GitHub's id on its server: what a repository is; everything else may change. */
  id: number;
  owner: string;
  name: string;
  fullName: string;
  visibility: Visibility;
  archived: boolean;
  description: string | null;
  htmlUrl: string;
  permissions: Permissions;
  stars: number;
  forks: number;
  /** Open issues and pull requests together (GitHub's `open_issues_count`). */
  openIssues: number;
  /** ISO 8601. */
  createdAt: string;
}

/** Bounds of what is believed: far above anything GitHub says, within what the database holds. */
const MAX_ROWS = 100;

// A schema takes a quarter of a millisecond to make, which every container that starts would wait for: they are made when
// the first answer comes.
const figure = z.lazy(() => z.int32().nonnegative());
const figures = { count: figure, uniques: figure };

const bucket = z.lazy(() =>
  z
    .object({ timestamp: z.iso.datetime({ offset: true }), ...figures })
    .transform(
      ({ timestamp, count, uniques }): Bucket => ({ date: toDay(new Date(timestamp)), count, uniques }),
    ),
);

/** `/traffic/views` as a `Window`; days (or, with `per=week`, weeks) without views are not in it. */
export const viewsAnswer = z.lazy(() =>
  z
    .object({ ...figures, views: z.array(bucket).max(MAX_ROWS) })
    .transform(({ count, uniques, views }): Window => ({ count, uniques, days: views })),
);

/** `/traffic/clones` as a `Window`; days (or, with `per=week`, weeks) without clones are not in it. */
export const clonesAnswer = z.lazy(() =>
  z
    .object({ ...figures, clones: z.array(bucket).max(MAX_ROWS) })
    .transform(({ count, uniques, clones }): Window => ({ count, uniques, days: clones })),
);

/** `/traffic/popular/referrers` in GitHub's order, which is by count; GitHub promises ten at most. */
export const referrersAnswer: z.ZodType<Referrer[]> = z.lazy(() =>
  z.array(z.object({ referrer: z.string(), ...figures })).max(MAX_ROWS),
);

/** `/traffic/popular/paths` in GitHub's order, which is by count; GitHub promises ten at most. */
export const pathsAnswer: z.ZodType<PopularPath[]> = z.lazy(() =>
  z.array(z.object({ path: z.string(), title: z.string(), ...figures })).max(MAX_ROWS),
);

/** `/user`: the account that a token belongs to; its name may be missing. */
export const userAnswer = z.lazy(() =>
  z.object({ id: z.int(), login: z.string(), name: z.string().nullish() }),
);

const permissions = () =>
  z.object({
    admin: z.boolean(),
    maintain: z.boolean().default(false),
    push: z.boolean(),
    triage: z.boolean().default(false),
    pull: z.boolean(),
  });

const listed = () =>
  z.object({
    id: z.int().positive(),
    name: z.string(),
    full_name: z.string(),
    owner: z.object({ login: z.string() }),
    private: z.boolean(),
    // Servers that do not know it know no internal ones.
    visibility: z.enum(['public', 'private', 'internal']).optional().catch(undefined),
    archived: z.boolean(),
    description: z.string().nullable(),
    html_url: z.string(),
    permissions: permissions(),
    stargazers_count: figure,
    forks_count: figure,
    open_issues_count: figure,
    created_at: z.iso.datetime({ offset: true }),
  });

function toListed(answer: z.infer<ReturnType<typeof listed>>): ListedRepository {
  return {
    id: answer.id,
    owner: answer.owner.login,
    name: answer.name,
    fullName: answer.full_name,
    visibility: answer.visibility ?? (answer.private ? 'private' : 'public'),
    archived: answer.archived,
    description: answer.description,
    htmlUrl: answer.html_url,
    permissions: answer.permissions,
    stars: answer.stargazers_count,
    forks: answer.forks_count,
    openIssues: answer.open_issues_count,
    createdAt: answer.created_at,
  };
}

/** One page of `/user/repos`, at most a hundred repositories. */
export const repositoryListAnswer = z.lazy(() => z.array(listed().transform(toListed)).max(MAX_ROWS));

/** An app's own list; it says how many there are in all. */
export const installationListAnswer = z.lazy(() =>
  z.object({ repositories: z.array(listed().transform(toListed)).max(MAX_ROWS) }),
);

/** One repository, asked for by id or by name: as in a list, and with the accounts that watch it. */
export const repositoryAnswer = z.lazy(() =>
  listed()
    .extend({ subscribers_count: figure })
    .transform((answer) => ({ ...toListed(answer), subscribers: answer.subscribers_count })),
);

/** Returns what the answer says; throws `unreadable_answer`, naming where it is not as documented. */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') || 'its beginning';
  throw new Failure(
    'unreadable_answer',
    `GitHub's answer is not as documented (at ${where.slice(0, 100)}): is this the base URL of its API?`,
  );
}
