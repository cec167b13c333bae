import { type Draws, openDeck } from './draws.ts';

/** What happens to the machines in the middle of a step. */
const ACTS = [
  /** One container's process is killed. */
  'kill one',
  /** Every container's process is killed, as if their machine failed. */
  'kill all',
  /** All connections to the database are cut. */
  'cut',
  /** One statement is executed, and its answer is lost with the connection. */
  'lose answer',
  /** An administrator ends all sessions of the database. */
  'terminate',
  /** One process of PostgreSQL is killed: it ends all sessions and recovers. */
  'crash session',
  /** PostgreSQL is restarted: in an orderly way, at once, and after kill -9. */
  'restart fast',
  'restart immediate',
  'restart killed',
] as const;

export type Act = (typeof ACTS)[number];

/** An act, and its moment in a step. */
export interface Mischief {
  act: Act;
  /** What to count: requests to GitHub as they arrive or are answered, statements, or commits. */
  on: 'asked' | 'answered' | 'statement' | 'commit';
  /** Its number in the step. */
  nth: number;
  /** Picks the target among all candidates: in [0, 1). */
  victim: number;
  /** Whether the current statement still reaches the database. */
  reaches: boolean;
}

/** A rough, low estimate of the counts per repository, because not all are due in each step. */
const PER_REPOSITORY = { asked: 3, answered: 3, statement: 12, commit: 1 };
const BESIDES = { asked: 2, answered: 2, statement: 20, commit: 4 };

/** Draws the acts of a step, at early moments, because many steps are short. */
export function openMischief(
  draws: Draws,
  { repositories }: { repositories: number },
): (least: number, most: number) => Mischief[] {
  const deal = openDeck(draws, ACTS);
  return (atLeast, atMost) =>
    Array.from({ length: draws.whole(atLeast, atMost) }, () => {
      const on = draws.pick(['asked', 'answered', 'statement', 'statement', 'commit'] as const);
      const most = PER_REPOSITORY[on] * repositories + BESIDES[on];
      const nth = 1 + Math.floor(draws.share() ** 2 * most);
      const act = on === 'commit' && draws.chance(0.5) ? 'lose answer' : deal();
      return { act, on, nth, victim: draws.share(), reaches: draws.chance(0.5) };
    });
}
