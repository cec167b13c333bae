import type { Host } from '../../local/openwhisk.ts';
import type { Cable, Fate } from './cable.ts';
import type { Act, Mischief } from './mischief.ts';
import type { BadlyTreatedServer } from './server.ts';

type Counted = Mischief['on'];

/** Performs the planned acts at their moments. */
export interface Troublemaker {
  /** Begins a step: counting starts again. */
  begin(mischief: readonly Mischief[]): void;
  /** Called for each counted event. Returns what happens to the current statement. */
  count(on: Counted): Fate;
  /** Waits until the database is back and idle. Returns the acts of the step. */
  end(): Promise<Act[]>;
}

interface Victims {
  host: () => Host;
  cable: () => Cable;
  server: BadlyTreatedServer;
}

/** Kills containers' processes. Returns false if there is none. */
function kill(host: Host, victim: number | null): boolean {
  const busy = host.containers().filter((container) => container.busy);
  const chosen =
    victim === null ? host.containers() : busy.slice(Math.floor(victim * busy.length)).slice(0, 1);
  for (const { pid } of chosen) process.kill(pid, 'SIGKILL');
  return chosen.length > 0;
}

export function openTroublemaker({ host, cable, server }: Victims): Troublemaker {
  let planned: Mischief[] = [];
  let done: Act[] = [];
  let counts: Record<Counted, number> = { asked: 0, answered: 0, statement: 0, commit: 0 };
  let repair: Promise<void> = Promise.resolve();

  /** One after the other: a restarting server is not restarted. */
  function treat(treatment: () => Promise<void>): void {
    repair = repair.then(treatment);
    // The end of the step reports it; nobody waits for it before.
    repair.catch(() => {});
  }

  async function restart(how: 'fast' | 'immediate' | 'killed'): Promise<void> {
    await server.restart(how);
    cable().leadTo(server.urls().admin);
  }

  const acts: Record<Act, (victim: number) => unknown> = {
    'kill one': (victim) => kill(host(), victim),
    'kill all': () => kill(host(), null),
    cut: () => cable().cut(),
    'lose answer': () => {},
    terminate: () => treat(server.terminate),
    'crash session': () => treat(server.crashSession),
    'restart fast': () => treat(() => restart('fast')),
    'restart immediate': () => treat(() => restart('immediate')),
    'restart killed': () => treat(() => restart('killed')),
  };

  function perform({ act, victim, on, reaches }: Mischief): Fate {
    const isStatement = on === 'statement' || on === 'commit';
    // Without a current statement, all connections are lost instead.
    const chosen = act === 'lose answer' && !isStatement ? 'cut' : act;
    if (acts[chosen](victim) === false) return 'pass';
    done.push(chosen);
    if (chosen === 'lose answer') return 'lose';
    return isStatement && !reaches ? 'drop' : 'pass';
  }

  return {
    begin(mischief) {
      planned = [...mischief];
      done = [];
      counts = { asked: 0, answered: 0, statement: 0, commit: 0 };
    },
    count(on) {
      counts[on] += 1;
      const due = planned.filter((one) => one.on === on && one.nth === counts[on]);
      planned = planned.filter((one) => !due.includes(one));
      const fates = due.map(perform);
      return fates.find((fate) => fate !== 'pass') ?? 'pass';
    },
    async end() {
      planned = [];
      await repair;
      await server.quiet();
      return done;
    },
  };
}
