import type { Act } from './mischief.ts';

/** Counts of what happened. */
export interface Tally {
  day(mood: string): void;
  act(act: Act): void;
  fault(kind: string): void;
  answer(status: string): void;
  /** One line on how far it has come. */
  short(): string;
  /** All counts, one per line. */
  lines(): string[];
}

type Counts = Map<string, number>;

const add = (counts: Counts, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);

function toText(counts: Counts): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

export function openTally(): Tally {
  const days: Counts = new Map();
  const acts: Counts = new Map();
  const faults: Counts = new Map();
  const answers: Counts = new Map();
  const sum = (counts: Counts) => [...counts.values()].reduce((all, one) => all + one, 0);
  return {
    day: (mood) => add(days, mood),
    act: (act) => add(acts, act),
    fault: (kind) => add(faults, kind),
    answer: (status) => add(answers, status),
    short: () => `${sum(acts)} acts, ${sum(faults)} faults, ${sum(answers)} answers of GitHub`,
    lines: () => [
      `days: ${toText(days)}`,
      `done to the machines: ${toText(acts)}`,
      `faults of GitHub that were planned: ${toText(faults)}`,
      `GitHub's answers: ${toText(answers)}`,
    ],
  };
}
