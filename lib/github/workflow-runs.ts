import * as z from 'zod';
import type { Day } from '../day.ts';
import { parseAnswer } from './answers.ts';
import type { Connection } from './connection.ts';

const runsAnswer = z.lazy(() => z.object({ total_count: z.int().nonnegative() }));

/** GitHub counts at most this many runs per request: a count that reaches it may be too low. */
export const MAX_RUNS = 1000;

/**
 * How many workflow runs began on a UTC day, by `GET /repos/{owner}/{repo}/actions/runs?created=DAY..DAY`
 * (https://docs.github.com/en/rest/actions/workflow-runs). GitHub counts at most 1,000 runs per request, so a
 * count that reaches that may be too low.
 */
export async function countWorkflowRuns(ask: Connection, id: number, day: Day): Promise<number> {
  const { data } = await ask(`/repositories/${id}/actions/runs`, { created: `${day}..${day}`, per_page: 1 });
  return parseAnswer(runsAnswer, data).total_count;
}
