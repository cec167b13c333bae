import type { Transaction } from 'kysely';
import type { ProblemGroup } from '../answers/problems.ts';
import type { Message } from '../channels/message.ts';
import { type ChannelKey, sendMessage } from '../channels/sending.ts';
import type { Db } from '../db/database.ts';
import { given, inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { attempt, claimedUntil, type DeliveryServices, type Tried } from '../deliveries/attempt.ts';
import { andMore } from '../number-format.ts';
import { workOff } from '../queue.ts';
import { type FoundProblem, groupProblems, NEWS_KINDS } from './rules.ts';
import { PROBLEM_TITLES } from './titles.ts';

/** After this long, nobody needs to hear that a problem is over. */
const NEWS_MS = 7 * 86_400_000;
const CONCURRENCY = 4;

const newsSince = (now: Date) => new Date(now.getTime() - NEWS_MS).toISOString();

/**
 * Sends every channel its news in one message: each problem once when it began and once when it is over. What fails is
 * retried later. Notices are claimed before they are sent, so two at once send them once. A message goes out twice only if
 * the activation ends between the channel's answer and the note of it.
 */
export async function sendNotices(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const pending = await listChannelsWithNews(services.db, services.clock());
  const total = { sent: 0, failed: 0 };
  await workOff(pending, { concurrency: CONCURRENCY, isTime: services.isTime }, async (channel) => {
    const outcome = await notify(services, channel);
    if (outcome) total[outcome] += 1;
    return 'done';
  });
  return total;
}

type Phase = 'began' | 'over';

/** The channels that have not heard of an open problem, or that a problem they heard of is over. */
async function listChannelsWithNews(db: Db, now: Date): Promise<ChannelKey[]> {
  const rows = await db
    .selectFrom('channel as c')
    .innerJoin('problem as p', 'p.tenantId', 'c.tenantId')
    .leftJoin('problemNotice as b', (join) =>
      join
        .onRef('b.tenantId', '=', 'p.tenantId')
        .onRef('b.problemId', '=', 'p.problemId')
        .onRef('b.channelId', '=', 'c.channelId')
        .on('b.phase', '=', 'began'),
    )
    .leftJoin('problemNotice as o', (join) =>
      join
        .onRef('o.tenantId', '=', 'p.tenantId')
        .onRef('o.problemId', '=', 'p.problemId')
        .onRef('o.channelId', '=', 'c.channelId')
        .on('o.phase', '=', 'over'),
    )
    .select(['c.tenantId', 'c.channelId'])
    .distinct()
    .where('c.contents', '<>', 'reports')
    .where(({ and, eb, or }) =>
      or([
        and([eb('p.untilAt', 'is', null), eb('b.sentAt', 'is', null)]),
        and([
          eb('p.untilAt', '>', newsSince(now)),
          eb('p.kind', '<>', 'all_silent'),
          eb('b.sentAt', 'is not', null),
          eb('o.sentAt', 'is', null),
        ]),
      ]),
    )
    .execute();
  return rows;
}

async function notify(services: DeliveryServices, key: ChannelKey): Promise<'sent' | 'failed' | null> {
  const { db, clock, pagesUrl } = services;
  const claim = await inTransaction(db, (trx) => claimNews(trx, key, clock()));
  if (!claim) return null;
  const { tenant, notices } = claim;
  const of = (phase: Phase) => notices.filter((one) => one.phase === phase);
  const message = toProblemMessage({ tenant, began: of('began'), over: of('over') }, pagesUrl);
  return attempt(services, {
    attempts: Math.max(...notices.map(({ attempts }) => attempts)),
    send: () => sendMessage(services, key, message),
    note: (tried) => noteTried(db, key, notices, tried),
  });
}

interface Notice extends FoundProblem {
  problemId: number;
  phase: Phase;
  attempts: number;
}

/** Claims the news for a channel. Returns null if there is none, somebody else claimed it, or it must wait for its retry. */
async function claimNews(trx: Transaction<Tables>, key: ChannelKey, now: Date) {
  const tenant = await trx
    .selectFrom('tenant')
    .select(['tenantId', 'name'])
    .where('tenantId', '=', key.tenantId)
    .forUpdate()
    .executeTakeFirst();
  if (!tenant || !(await wantsProblems(trx, key))) return null;
  const known = await trx
    .selectFrom('problemNotice')
    .select(['problemId', 'phase', 'attempts', 'dueAt', 'sentAt'])
    .where('tenantId', '=', key.tenantId)
    .where('channelId', '=', key.channelId)
    .execute();
  if (known.some(({ dueAt }) => dueAt !== null && dueAt > now.toISOString())) return null;
  const at = (problemId: number, phase: Phase) =>
    known.find((one) => one.problemId === problemId && one.phase === phase);
  const problems = await listNews(trx, key.tenantId, now);
  const notices = problems.flatMap(({ problemId, sinceAt: since, untilAt, ...problem }): Notice[] => {
    const phase = untilAt === null ? 'began' : 'over';
    const before = at(problemId, phase);
    // Silence has no end to tell of: GitHub may never correct it.
    if (phase === 'over' && problem.kind === 'all_silent') return [];
    if (before?.sentAt || (phase === 'over' && !at(problemId, 'began')?.sentAt)) return [];
    return [
      { ...problem, daysUntilLoss: null, problemId, phase, since, attempts: (before?.attempts ?? 0) + 1 },
    ];
  });
  if (notices.length === 0) return null;
  const dueAt = claimedUntil(now);
  const rows = notices.map(({ problemId, phase, attempts }) => ({
    ...key,
    problemId,
    phase,
    attempts,
    dueAt,
  }));
  await mergeRows(trx, claims, rows);
  return { tenant, notices };
}

const claims: Merge<'problemNotice'> = {
  into: 'problemNotice',
  key: ['tenantId', 'problemId', 'channelId', 'phase'],
  update: { attempts: given('attempts'), dueAt: given('dueAt') },
};

async function wantsProblems(
  trx: Transaction<Tables>,
  { tenantId, channelId }: ChannelKey,
): Promise<boolean> {
  const row = await trx
    .selectFrom('channel')
    .select('contents')
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .executeTakeFirst();
  return row !== undefined && row.contents !== 'reports';
}

function listNews(trx: Transaction<Tables>, tenantId: number, now: Date) {
  return trx
    .selectFrom('problem')
    .select(['problemId', 'kind', 'code', 'repositoryId', 'fullName', 'message', 'sinceAt', 'untilAt'])
    .where('tenantId', '=', tenantId)
    .where(({ eb, or }) => or([eb('untilAt', 'is', null), eb('untilAt', '>', newsSince(now))]))
    .orderBy('problemId')
    .execute();
}

function updateNotices(db: Db, { tenantId, channelId }: ChannelKey, phase: Phase, problemIds: number[]) {
  return db
    .updateTable('problemNotice')
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .where('phase', '=', phase)
    .where('problemId', 'in', problemIds);
}

async function noteTried(db: Db, key: ChannelKey, notices: readonly Notice[], tried: Tried): Promise<void> {
  for (const phase of ['began', 'over'] as const) {
    const problemIds = notices.filter((one) => one.phase === phase).map(({ problemId }) => problemId);
    if (problemIds.length > 0) await updateNotices(db, key, phase, problemIds).set(tried).execute();
  }
}

/** The news of a tenant: problems that began, and those that are over. */
export interface News {
  tenant: { tenantId: number; name: string };
  began: readonly FoundProblem[];
  over: readonly FoundProblem[];
}

/** The message about a tenant's problems, with one line per cause however many repositories it affects. */
export function toProblemMessage({ tenant, ...news }: News, pagesUrl: string | null): Message {
  const began = groupProblems(news.began);
  const over = groupProblems(news.over);
  const needed = began.filter((group) => !isOfGitHub(group));
  const solved = over.filter((group) => !isOfGitHub(group));
  const ofGitHub = [
    ...began.filter(isOfGitHub).map(({ message }) => message),
    ...over.filter(isOfGitHub).map(toEnd),
  ];
  const title = `${tenant.name}: ${toHeadline(needed.length, solved.length)}`;
  const sections = [
    { heading: 'Needs action', lines: needed.map((group) => ({ text: toLine(group) })) },
    { heading: 'Solved', lines: solved.map((group) => ({ text: toSubject(group) })) },
    { heading: 'From GitHub', lines: ofGitHub.map((text) => ({ text })) },
  ].filter(({ lines }) => lines.length > 0);
  const summary = [...[...needed, ...solved].map(toSubject), ...ofGitHub].join('; ');
  const link = pagesUrl ? { label: 'Open the overview', href: `${pagesUrl}/t/${tenant.tenantId}` } : null;
  const facts = { type: 'problems', tenant, began: began.map(toFacts), over: over.map(toFacts) };
  return { title, summary: `${title}. ${summary}`, sections, link, facts };
}

const isOfGitHub = ({ kind }: ProblemGroup) => NEWS_KINDS.includes(kind);

function toHeadline(needed: number, solved: number): string {
  if (needed === 1) return 'a problem needs action';
  if (needed > 1) return `${needed} problems need action`;
  return solved > 0 ? 'solved' : 'news from GitHub';
}

/** Of these kinds, only the end of a stall is sent. */
const toEnd = ({ code }: ProblemGroup) => `GitHub publishes traffic of ${code} repositories again.`;

/** Without the days until loss, which change daily. The page shows them. */
const toFacts = ({ daysUntilLoss: _, ...group }: ProblemGroup) => group;

function toSubject({ kind, repositoryCount, repositories }: ProblemGroup): string {
  if (repositoryCount === 0) return PROBLEM_TITLES[kind];
  const names = repositories.map(({ fullName }) => fullName).join(', ');
  const more =
    repositoryCount > repositories.length ? `, ${andMore(repositoryCount - repositories.length)}` : '';
  return `${PROBLEM_TITLES[kind]} (${names}${more})`;
}

const toLine = (group: ProblemGroup) => `${toSubject(group)}: ${group.message}`;
