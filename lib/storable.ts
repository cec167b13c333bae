import { widthOf } from './db/tables.ts';

/** Every column for a failure's code and sentence has the same width. */
const MAX_CODE = widthOf('repository', 'failureCode');
const MAX_MESSAGE = widthOf('repository', 'failureMessage');

/** Text as every database stores it: without U+0000, which PostgreSQL refuses, and cut to so many characters. */
export function toStorable(text: string, maxCharacters: number): string {
  const clean = text.replaceAll('\u0000', '');
  if (clean.length <= maxCharacters) return clean;
  return [...clean].slice(0, maxCharacters).join('');
}

/** A failure as the tables store it. */
export function toStoredFailure({ code, message }: { code: string; message: string }) {
  return { code: toStorable(code, MAX_CODE), message: toStorable(message, MAX_MESSAGE) };
}
