/**
 * Where drawn cases begin: the same on every run, so that a change is refused for what it broke only. `SEED=<number>` draws
 * others.
 */
export const SEED = Number(process.env.SEED ?? 20251103);
