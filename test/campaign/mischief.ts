import { type Draws, openDeck } from './draws.ts';

/** What is done to the machines in the middle of a step. */
const ACTS = [
  /** One container's process is killed. */
  'kill one',
  /** Every container's process is killed, as with the machine that they run on. */
  'kill all',
  /** All connections to the database are cut. */
  'cut',
  /** One statement is carried out, and its answer lost with the connection. */
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

/** An act, and the moment of a step at which it is done. */
export interface Mischief {
  act: Act;
  /** What is counted: requests to GitHub as they come or as they are answered, statements, or commits. */
  on: 'asked' | 'answered' | 'statement' | 'commit';
  /** The how many-th of the step. */
  nth: number;
  /** Who is hit, of all that could be: in [0, 1). */
  victim: number;
  /** Whether the statement at hand still reaches the database. */
  reaches: boolean;
}

/** What is counted for each repository, roughly and rather too little, as not all are due in each step. */
const PER_REPOSITORY = { asked: 3, answered: 3, statement: 12, commit: 1 };
const BESIDES = { asked: 2, answered: 2, statement: 20, commit: 4 };

/** Draws what is done in a step, at rather early moments, as many steps are short. */
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
