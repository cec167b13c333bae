import type { Instant } from '../../lib/instant.ts';
import { hasDays, type Said } from './ledger.ts';
import type { Campaign } from './parts.ts';
import type { Tracked } from './world.ts';

/** One repository's outcome in one run, from the product's log. */
export interface Outcome {
  repository_id: number;
  run_id: number;
  run_state: string;
  state: string;
  code: string | null;
  message: string | null;
  at: Instant | null;
}

/** One repository: GitHub's answers, and what the product claims to have collected. */
export interface Evidence {
  tracked: Tracked;
  repositoryId: number;
  said: Said[];
  outcomes: Outcome[];
  /** GitHub's answers at the instants of the log's successes. */
  readings: Said[];
  /** Instants of successes that GitHub has no record of. */
  invented: Instant[];
}

/** A column's instant as `toISOString` writes it. */
export function toInstant(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

const OUTCOMES = `select r.repository_id, r.run_id, c.state as run_state, r.state, r.code, r.message,
  ${toInstant('r.finished_at')} as at
  from run_repository r join collection_run c on c.tenant_id = r.tenant_id and c.run_id = r.run_id`;

/** The evidence about every repository that should be tracked. */
export async function readEvidence({
  server,
  tracked,
}: Pick<Campaign, 'server' | 'tracked'>): Promise<Evidence[]> {
  const outcomes = await server.query<Outcome>(OUTCOMES);
  return tracked.flatMap((one) => {
    const { repositoryId } = one;
    if (repositoryId === null) return [];
    const own = outcomes.filter(({ repository_id }) => repository_id === repositoryId);
    const said = one.tenant.served.ledger.of(one.id);
    const succeeded = new Set(own.flatMap(({ state, at }) => (state === 'succeeded' && at ? [at] : [])));
    const readings = said.filter((reading) => succeeded.has(reading.at) && hasDays(reading));
    const known = new Set(readings.map(({ at }) => at));
    const invented = [...succeeded].filter((at) => !known.has(at));
    return [{ tracked: one, repositoryId, said, outcomes: own, readings, invented }];
  });
}
