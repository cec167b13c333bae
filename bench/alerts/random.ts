/** Random numbers that are the same for the same seed. */
export interface Random {
  /** 0 to 1, without 1. */
  uniform(): number;
  between(low: number, high: number): number;
  /** Between two positive numbers, each factor as likely as any other. */
  logBetween(low: number, high: number): number;
  int(low: number, high: number): number;
  is(chance: number): boolean;
  pick<T>(values: readonly T[]): T;
  normal(): number;
  /** Student's t: heavy tails for few degrees of freedom. */
  student(degrees: number): number;
  gamma(shape: number): number;
  poisson(mean: number): number;
  /** Variance `mean + mean² / size`. */
  negativeBinomial(mean: number, size: number): number;
  /** At least 1, with a tail of the exponent. */
  pareto(exponent: number): number;
}

/** Mulberry32, and the usual ways from uniform numbers to others (Devroye 1986; gamma by Marsaglia and Tsang 2000). */
export function openRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const int = (low: number, high: number) => Math.floor(between(low, high + 1));
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const poisson = (mean: number) => {
    if (mean > 200) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count += 1;
    return count;
  };
  return {
    uniform,
    between,
    int,
    normal,
    gamma,
    poisson,
    logBetween: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    is: (chance) => uniform() < chance,
    pick: (values) => values[int(0, values.length - 1)] as (typeof values)[number],
    student: (degrees) => normal() / Math.sqrt((2 * gamma(degrees / 2)) / degrees),
    negativeBinomial: (mean, size) => (mean <= 0 ? 0 : poisson((gamma(size) * mean) / size)),
    pareto: (exponent) => (1 - uniform()) ** (-1 / exponent),
  };
}
