/**
 * The seed for random test cases. It is the same on every run, so a test fails only because of what you changed.
 * `SEED=<number>` draws other cases.
 */
export const SEED = Number(process.env.SEED ?? 20251103);
