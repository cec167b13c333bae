/**
 * The seed of random cases: the same on every run, so a change fails only for what it breaks. `SEED=<number>` draws
 * others.
 */
export const SEED = Number(process.env.SEED ?? 20251103);
