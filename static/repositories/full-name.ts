/** Takes owner and name out of `owner/name` or a GitHub address; null when there are none. */
export function parseFullName(text: string): { owner: string; name: string } | null {
  const plain = text
    .trim()
    .replace(/^(?:https?:\/\/|git@|ssh:\/\/git@)[^/:]+[/:]/i, '')
    .replace(/^(?:www\.)?github\.com\//i, '')
    .replace(/[?#].*$/, '');
  const [owner, name] = plain.split('/');
  if (!owner || !name) return null;
  return { owner, name: name.replace(/\.git$/, '') };
}
