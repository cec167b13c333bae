import { expect } from 'vitest';
import type { Overview, RepositoryStats } from '../lib/answers/stats.ts';
import { addDays, type Day, toDay } from '../lib/day.ts';
import { buildDemo } from '../local/demo.ts';
import type { AnswerKind } from '../local/github/traffic.ts';
import { openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-03-10T14:00:00.000Z';
/** The demo's last day. */
export const DEMO_TODAY = toDay(new Date(NOW));

export interface Demo {
  installation: TestInstallation;
  /** A tenant's year: 1 is Northwind, 2 is Pinecone. */
  overviewOf(tenantId: number): Promise<Overview>;
  /** All days of a repository. */
  statsOf(tenantId: number, repositoryId: number): Promise<RepositoryStats>;
}

/** The demo with its whole history, as `npm run demo` makes it. GitHub answers in one of its two ways. */
export async function openDemo(answers: AnswerKind): Promise<Demo> {
  const installation = await openTestInstallation({ demo: true, now: NOW });
  installation.github.setAnswers(answers);
  await buildDemo(installation, {
    clock: () => new Date(NOW),
    setPresent: (instant) => installation.now(instant?.toISOString() ?? NOW),
    onDay: () => {},
    isStopping: () => false,
  });
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await installation.as('ada@example.com')('GET', path);
    expect(status).toBe(200);
    return body;
  };
  const from = addDays(DEMO_TODAY, -420);
  return {
    installation,
    overviewOf: (tenantId) => get(`/stats/${tenantId}?range=365&size=100`),
    statsOf: (tenantId, repositoryId) =>
      get(`/stats/${tenantId}/${repositoryId}?from=${from}&to=${DEMO_TODAY}&by=day`),
  };
}

/** Expects that every settled day is what really happened. Returns how many there are, and the lost days of each tenant. */
export async function expectTruth({ installation, overviewOf, statsOf }: Demo) {
  let compared = 0;
  const lost = new Map<number, Set<Day>>();
  for (const tenantId of [1, 2]) {
    lost.set(tenantId, new Set());
    for (const { repositoryId, fullName } of (await overviewOf(tenantId)).repositories) {
      const { buckets, series, lostDays, repository } = await statsOf(tenantId, repositoryId);
      for (const day of lostDays) lost.get(tenantId)?.add(day);
      for (const [place, day] of buckets.entries()) {
        if (day < (repository.firstCoveredDate ?? DEMO_TODAY)) continue;
        if (series.state[place] !== 'measured' && series.state[place] !== 'zero') continue;
        const { viewCount, viewUniques, cloneCount, cloneUniques } = series;
        const shown = [viewCount[place], viewUniques[place], cloneCount[place], cloneUniques[place]];
        const truth = Object.values(installation.github.truth(repository.githubId, day));
        expect([fullName, day, ...shown]).toEqual([fullName, day, ...truth]);
        compared += 1;
      }
    }
  }
  return { compared, lost };
}
