import { Failure } from '../failure.ts';
import { type RunStarter, startAddedRun, startRun } from './start.ts';

/** The most repositories of a run that needs no lease, and so begins although another one is at work. */
const MAX_UNLEASED = 100;

/**
 * Starts collecting repositories that were just added. Of more than a hundred, a run needs the tenant's lease; if another run
 * has it, the first hundred are collected now, and the others with the next alarm. Returns the run's id: null if there are no
 * repositories, or if the platform refused, and then the next alarm collects them.
 */
export async function collectAdded(
  starter: RunStarter,
  added: { tenantId: number; startedBy: string; repositoryIds: readonly number[] },
): Promise<number | null> {
  const { tenantId, startedBy, repositoryIds } = added;
  if (repositoryIds.length === 0) return null;
  try {
    if (repositoryIds.length > MAX_UNLEASED) {
      const order = { tenantId, startedBy, reason: 'person', repositories: repositoryIds } as const;
      const started = await startRun(starter, order);
      if (!started.already) return started.runId;
    }
    const first = repositoryIds.slice(0, MAX_UNLEASED);
    return await startAddedRun(starter, { tenantId, startedBy, repositoryIds: first });
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
