import { checkDays } from './check-days.ts';
import { checkLists } from './check-lists.ts';
import { checkLog } from './check-log.ts';
import { checkRows } from './check-rows.ts';
import { readEvidence } from './evidence.ts';
import type { Campaign } from './parts.ts';
import { toReplay } from './size.ts';

/** The errors at the end of a campaign, and its summary. */
export interface Verdict {
  problems: string[];
  summary: string;
}

/** Compares what is stored and shown with GitHub's answers and with what really happened. */
export async function judge(campaign: Campaign): Promise<Verdict> {
  const { tracked, tally, size, server } = campaign;
  const all = await readEvidence(campaign);
  const missing = tracked.filter(({ repositoryId }) => repositoryId === null);
  const days = await checkDays(campaign, all);
  const found = [
    ...missing.map(({ name }) => `${name} was never added`),
    ...days.problems,
    ...(await checkLog(campaign, all)),
    ...(await checkLists(campaign, all)),
    ...(await checkRows(campaign, all)),
  ];
  const runs = await server.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from collection_run group by state order by state',
  );
  const outcomes = all.flatMap((one) => one.outcomes);
  const summary = [
    toReplay(size),
    ...tally.lines(),
    `runs: ${runs.map(({ state, count }) => `${state} ${count}`).join(', ')}`,
    `collections of one repository: ${outcomes.length}; ${countOf(outcomes)}`,
    `days compared with what really happened: ${days.compared}`,
  ].join('\n');
  return { problems: found, summary };
}

function countOf(outcomes: readonly { state: string; code: string | null }[]): string {
  const counts = new Map<string, number>();
  for (const { state, code } of outcomes) {
    const name = code === null ? state : `${state} (${code})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}
