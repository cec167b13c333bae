/** Numbers that look random but are always the same for the same arguments, so nothing is generated up front. */

/** A 32-bit hash of whole numbers. */
export function hash(...values: number[]): number {
  let state = 0x9e3779b9;
  for (const value of values) {
    state = Math.imul(state ^ value, 0x85ebca6b);
    state ^= state >>> 13;
    state = Math.imul(state, 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return state >>> 0;
}

/** A 32-bit hash of a text (FNV-1a). */
export function hashText(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

/** A number in [0, 1) for these whole numbers. */
export function unit(...values: number[]): number {
  return hash(...values) / 2 ** 32;
}

/** A number around 0 with standard deviation 1, at most about 3.5 from 0. */
export function bell(...values: number[]): number {
  let sum = 0;
  for (let i = 0; i < 4; i += 1) sum += unit(...values, i);
  return (sum - 2) * Math.sqrt(3);
}
