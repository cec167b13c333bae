import * as z from 'zod';
import { toDay } from '../day.ts';
import { Failure } from '../failure.ts';

// The parts of GitHub's answers that are used: https://docs.github.com/en/rest/metrics/traffic and
// https://docs.github.com/en/rest/repos/repos. Unknown members are ignored; a missing one makes the answer unreadable.

/** Visits or clones, and how many different people made them. */
interface Figures {
  count: number;
  uniques: number;
}

/** A UTC day ('YYYY-MM-DD'), or for weeks its Monday. */
export interface Bucket extends Figures {
  date: string;
}

/** The answer of `/traffic/views` or `/traffic/clones`: `count` and `uniques` of the whole window, and each of its days. */
export interface Window extends Figures {
  days: Bucket[];
}

/** A site that visitors came from, by GitHub's name for it, such as 'Google' or 'news.ycombinator.com'. */
export interface Referrer extends Figures {
  referrer: string;
}

/** A page with views: its path on the server, including `/owner/name`, and its title. */
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

/** Who can see a repository: everybody, the people it is shared with, or also the owner's whole enterprise. */
export type Visibility = 'public' | 'private' | 'internal';

/** A repository as GitHub lists it. */
export interface ListedRepository {
  /** GitHub's id on its server. It identifies the repository; everything else may change. */
  id: number;
  owner: string;
  name: string;
  fullName: string;
  visibility: Visibility;
  /** In lower case. */
  topics: string[];
  fork: boolean;
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

/** No list may be longer: far above what GitHub sends, and within what the database holds. */
const MAX_ROWS = 100;

// A schema takes a quarter of a millisecond to build, and every new container would wait for it. So each is built when its
// first answer comes.
const figure = z.lazy(() => z.int().nonnegative());
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

/** `/traffic/popular/referrers` in GitHub's order, which is by count; GitHub sends at most ten. */
export const referrersAnswer: z.ZodType<Referrer[]> = z.lazy(() =>
  z.array(z.object({ referrer: z.string(), ...figures })).max(MAX_ROWS),
);

/** `/traffic/popular/paths` in GitHub's order, which is by count; GitHub sends at most ten. */
export const pathsAnswer: z.ZodType<PopularPath[]> = z.lazy(() =>
  z.array(z.object({ path: z.string(), title: z.string(), ...figures })).max(MAX_ROWS),
);

/** `/user`: the account that owns the token; its name may be missing. */
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
    // Servers without this member have no internal repositories.
    visibility: z.enum(['public', 'private', 'internal']).optional().catch(undefined),
    topics: z.array(z.string()).max(MAX_ROWS).optional(),
    fork: z.boolean(),
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
    topics: answer.topics ?? [],
    fork: answer.fork,
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

/** One page of `/installation/repositories`. */
export const installationListAnswer = z.lazy(() =>
  z.object({ repositories: z.array(listed().transform(toListed)).max(MAX_ROWS) }),
);

/** One repository, asked for by id or by name: as in a list, and with the accounts that watch it. */
export const repositoryAnswer = z.lazy(() =>
  listed()
    .extend({ subscribers_count: figure })
    .transform((answer) => ({ ...toListed(answer), subscribers: answer.subscribers_count })),
);

/**
 * Returns the parsed answer. Throws `unreadable_answer`, naming the place that is not as documented; of a GitHub Enterprise
 * Server also its version, by the headers.
 */
export function parseAnswer<T>(
  schema: z.ZodType<T>,
  answer: unknown,
  headers: Record<string, string> = {},
): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = (parsed.error.issues[0]?.path.join('.') || 'its beginning').slice(0, 100);
  const version = toServerVersion(headers);
  const message =
    version === undefined
      ? `GitHub’s answer is not as documented (at ${where}). It will be asked again.`
      : `The answer of GitHub Enterprise Server ${version} lacks what is needed (at ${where}). Update the server to a version that GitHub supports.`;
  throw new Failure('unreadable_answer', message);
}

/**
 * A GitHub Enterprise Server's version, such as '3.19.0'; undefined for github.com
 * (https://docs.github.com/en/enterprise-server/rest/enterprise-admin#version-information).
 */
export function toServerVersion(headers: Record<string, string>): string | undefined {
  return /(?<!\d)\d+\.\d+(?:\.\d+)?/.exec(headers['x-github-enterprise-version'] ?? '')?.[0];
}
