import { permissionOf, refuseRepository, refuseTraffic } from './access.ts';
import { type Answer, movedTo, notFound, ok, refuse, requiresAuthentication } from './answer.ts';
import { NO_ROLE } from './apps.ts';
import type { Call } from './call.ts';
import { DAY_MS } from './days.ts';
import { toFullRepositoryDocument, toUserDocument } from './documents.ts';
import { toQuotaDocument } from './limits.ts';
import { answerInstalledRepositories, answerUserRepositories, toPage } from './listing.ts';
import { listPaths, listReferrers } from './popular.ts';
import { listReleases, toReleaseDocument } from './releases.ts';
import { listStarWeeks } from './stars.ts';
import type { Showing } from './traffic.ts';
import { answerWorkflowRuns } from './workflow-runs.ts';
import { type Entry, nameAt, type World } from './world.ts';

const TOP = 10;
const REPOSITORY_PATH = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/;
const REPOSITORY_ID_PATH = /^\/repositories\/(\d+)(\/.*)?$/;

/** The repository that a path names, and the rest of the path. */
export function findTarget(
  world: World,
  path: string,
  now: Date,
): { entry: Entry; moved: boolean; rest: string } | undefined {
  const byId = REPOSITORY_ID_PATH.exec(path);
  if (byId) {
    const entry = world.entry(Number(byId[1]));
    return entry && !entry.removed ? { entry, moved: false, rest: byId[2] ?? '' } : undefined;
  }
  const byName = REPOSITORY_PATH.exec(path);
  if (!byName) return undefined;
  const found = world.find(byName[1] ?? '', byName[2] ?? '', now);
  return found && { ...found, rest: byName[3] ?? '' };
}

/** The answer to a request within its quota. */
export function answerCall(call: Call): Answer {
  if (call.path === '/user') return answerUser(call);
  if (call.path === '/user/repos') return answerUserRepositories(call);
  if (call.path === '/installation/repositories') return answerInstalledRepositories(call);
  const login = /^\/users\/([\w-]+)$/.exec(call.path)?.[1];
  if (login !== undefined) return answerAccount(call, login);
  if (call.path === '/rate_limit') return answerRateLimit(call);
  if (call.path === '/meta') return answerMeta(call);
  const target = findTarget(call.world, call.path, call.now);
  if (!target)
    return notFound(call.path.startsWith('/repos/') ? '/rest/repos/repos#get-a-repository' : '/rest');
  return answerRepository(call, target.entry, target.rest, target.moved);
}

function answerUser({ caller, ...call }: Call): Answer {
  const docs = '/rest/users/users#get-the-authenticated-user';
  if (!caller) return requiresAuthentication(docs);
  if (caller.token.kind === 'app') return refuse(403, 'Resource not accessible by integration', docs);
  return ok(toUserDocument(caller.account, call));
}

function answerAccount(call: Call, login: string): Answer {
  const account = call.world.findAccount(login);
  return account ? ok(toUserDocument(account, call)) : notFound('/rest/users/users#get-a-user');
}

function answerRateLimit({ quota, enterprise }: Call): Answer {
  if (enterprise) return refuse(404, 'Rate limiting is not enabled.', '/rest/rate-limit/rate-limit');
  const core = toQuotaDocument(quota);
  const search = { ...core, limit: 30, used: 0, remaining: 30, resource: 'search' };
  return ok({ resources: { core, search }, rate: core });
}

function answerMeta({ enterprise }: Call): Answer {
  if (enterprise) return ok({ verifiable_password_authentication: true, installed_version: '3.19.0' });
  return ok({
    verifiable_password_authentication: false,
    hooks: ['192.30.252.0/22'],
    api: ['192.30.252.0/22'],
  });
}

function answerRepository(call: Call, entry: Entry, rest: string, moved: boolean): Answer {
  const figure = /^\/traffic\/(views|clones|popular\/referrers|popular\/paths)$/.exec(rest)?.[1];
  const extra = EXTRAS[rest];
  if (rest !== '' && figure === undefined && extra === undefined) return notFound();
  const question = { ...call, entry };
  const hidden = refuseRepository(question);
  if (hidden) return hidden;
  if (moved) {
    const query = call.query.toString();
    return movedTo(`${call.apiUrl}/repositories/${entry.id}${rest}${query === '' ? '' : `?${query}`}`);
  }
  if (figure !== undefined) return refuseTraffic(question, figure) ?? answerTraffic(call, entry, figure);
  if (extra !== undefined) return extra(call, entry);
  const permission = call.caller && permissionOf(entry, call.caller.account.login, call.now);
  const document = toFullRepositoryDocument(entry, { ...call, permission });
  return ok(call.caller?.token.kind === 'app' ? { ...document, permissions: NO_ROLE } : document);
}

/** Other resources of a repository, by the rest of the path. */
const EXTRAS: Record<string, (call: Call, entry: Entry) => Answer> = {
  '/stargazers/history': answerStarHistory,
  '/releases': answerReleases,
  '/actions/runs': answerWorkflowRuns,
};

const STAR_HISTORY_VERSION = '2026-03-10';
const MAX_STAR_WEEKS = 30;

function answerStarHistory(call: Call, entry: Entry): Answer {
  if (call.apiVersion < STAR_HISTORY_VERSION) return notFound();
  return toPage(call, listStarWeeks(entry, call.now), (week) => week, MAX_STAR_WEEKS);
}

function answerReleases(call: Call, entry: Entry): Answer {
  return toPage(call, listReleases(entry, call.now), (release) => toReleaseDocument(entry, release, call));
}

function answerTraffic(call: Call, entry: Entry, figure: string): Answer {
  const showing = { answers: call.answers, at: call.shownAt, frozenAfter: call.world.frozenAfter(entry) };
  if (figure === 'views' || figure === 'clones') return answerBuckets(call, entry, figure, showing);
  if (call.withoutTraffic) return ok([]);
  const { story, traffic, seed } = entry;
  const until = traffic.listedUntil(showing);
  if (figure === 'popular/referrers') return ok(listReferrers(story, traffic, seed, until).slice(0, TOP));
  const nameOn = (day: number) => nameAt(entry, day * DAY_MS);
  return ok(listPaths(story, traffic, seed, until, nameOn).slice(0, TOP));
}

function answerBuckets(call: Call, entry: Entry, kind: 'views' | 'clones', showing: Showing): Answer {
  const per = call.query.get('per') === 'week' ? 'week' : 'day';
  const { count, uniques, days } = entry.traffic.buckets(kind, per, showing);
  if (!call.withoutTraffic) return ok({ count, uniques, [kind]: days });
  const written = showing.answers === 'published' ? days : [];
  const silent = written.map(({ timestamp }) => ({ timestamp, count: 0, uniques: 0 }));
  return ok({ count: 0, uniques: 0, [kind]: silent });
}
