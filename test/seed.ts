/**
 * The seed for random test cases. It is the same on every run, so that a change fails only for what it breaks.
 * `SEED=<number>` draws other cases.
 */
export const SEED = Number(process.env.SEED ?? 20251103);
