const ADDRESS =
  /^(?:(?:https?|ssh|git):\/\/(?:[^/@]+@)?[^/]+\/|[^/@\s]+@[^/:]+[:/]|(?:www\.)?github\.com\/)/i;

/**
 * Takes owner and name out of `owner/name`, or of an address on GitHub, of which what follows the name is of no matter;
 * null when there are none.
 */
export function parseFullName(text: string): { owner: string; name: string } | null {
  const trimmed = text.trim();
  const plain = trimmed.replace(ADDRESS, '');
  const [owner, name, ...rest] = plain
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
    .split('/');
  if (!owner || !name || (rest.length > 0 && plain === trimmed)) return null;
  return { owner, name: name.replace(/\.git$/, '') };
}
