import type { Message } from '../channels/message.ts';
import type { ProblemKind } from '../db/tables/channels.ts';
import { type FoundProblem, groupProblems, type ProblemGroup } from '../problems.ts';

const WORDS: Record<ProblemKind, string> = {
  repository_failing: 'Collecting fails',
  loss_near: 'Days are about to be lost',
  token_expires: 'The GitHub token expires',
  token_refused: 'GitHub refuses the token',
  not_running: 'Nothing is collected',
};

/** What a channel is told of a tenant at once: problems that began, and those that are over. */
export interface News {
  tenant: { tenantId: number; name: string };
  began: readonly FoundProblem[];
  over: readonly FoundProblem[];
}

/** The message of a tenant's problems: one line for each cause, however many repositories it meets. */
export function toProblemMessage({ tenant, ...news }: News, pagesUrl: string | null): Message {
  const began = groupProblems(news.began);
  const over = groupProblems(news.over);
  const title =
    began.length === 0
      ? `${tenant.name}: solved`
      : `${tenant.name}: ${began.length === 1 ? 'a problem needs' : `${began.length} problems need`} you`;
  const sections = [
    { heading: 'Needs a person', lines: began.map((group) => ({ text: toLine(group) })) },
    { heading: 'Over', lines: over.map((group) => ({ text: `${toSubject(group)}: no longer` })) },
  ].filter(({ lines }) => lines.length > 0);
  const summary = [...began, ...over].map(toSubject).join('; ');
  const link = pagesUrl ? { label: 'Open the overview', href: `${pagesUrl}/t/${tenant.tenantId}` } : null;
  const facts = { type: 'problems', tenant, began: began.map(toFacts), over: over.map(toFacts) };
  return { title, summary: `${title}. ${summary}`, sections, link, facts };
}

/** How many days are left changes by the day: it is on the page. */
const toFacts = ({ daysUntilLoss: _, ...group }: ProblemGroup) => group;

function toSubject({ kind, repositoryCount, repositories }: ProblemGroup): string {
  if (repositoryCount === 0) return WORDS[kind];
  const names = repositories.map(({ fullName }) => fullName).join(', ');
  const more =
    repositoryCount > repositories.length ? `, and ${repositoryCount - repositories.length} more` : '';
  return `${WORDS[kind]} (${names}${more})`;
}

const toLine = (group: ProblemGroup) => `${toSubject(group)}: ${group.message}`;
