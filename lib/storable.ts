/** Text as every database stores it: without U+0000, which PostgreSQL refuses, and cut to so many characters. */
export function toStorable(text: string, mostCharacters: number): string {
  const clean = text.replaceAll('\u0000', '');
  if (clean.length <= mostCharacters) return clean;
  return [...clean].slice(0, mostCharacters).join('');
}
