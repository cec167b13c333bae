import { unit } from '../../local/github/random.ts';

/** A sequence of random decisions, the same for the same seed. */
export interface Draws {
  /** In [0, 1). */
  share(): number;
  chance(likelihood: number): boolean;
  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

export function openDraws(seed: number): Draws {
  let drawn = 0;
  const share = () => {
    drawn += 1;
    return unit(seed, drawn);
  };
  const whole = (from: number, to: number) => from + Math.floor(share() * (to - from + 1));
  return {
    share,
    whole,
    chance: (likelihood) => share() < likelihood,
    pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
  };
}

/** Deals a list's entries in random order, all of them before any repeats. */
export function openDeck<T>(draws: Draws, list: readonly [T, ...T[]]): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = [...list];
    const [dealt = list[0]] = left.splice(draws.whole(0, left.length - 1), 1);
    return dealt;
  };
}
