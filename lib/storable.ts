/** Characters that the columns for a failure's code and sentence hold. */
const MAX_CODE = 40;
const MAX_MESSAGE = 500;

/** Text as every database stores it: without U+0000, which PostgreSQL refuses, and cut to so many characters. */
export function toStorable(text: string, mostCharacters: number): string {
  const clean = text.replaceAll('\u0000', '');
  if (clean.length <= mostCharacters) return clean;
  return [...clean].slice(0, mostCharacters).join('');
}

/** A failure as the tables store it. */
export function toStoredFailure({ code, message }: { code: string; message: string }) {
  return { code: toStorable(code, MAX_CODE), message: toStorable(message, MAX_MESSAGE) };
}
