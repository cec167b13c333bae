/** Ignores case, the width of characters and repeated spaces. */
function toComparable(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Whether people would take one name for the other: they differ at most in case, the width of characters, or spaces. */
export function isSameName(one: string, other: string): boolean {
  return toComparable(one) === toComparable(other);
}
