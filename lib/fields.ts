import * as z from 'zod';
import { isDay } from './day.ts';
import { MAX_INTEGER } from './db/columns.ts';
import { choicesOf, type Tables, widthOf } from './db/tables.ts';
import { isTimeZone, lengthOfQuiet } from './deliveries/quiet.ts';
import { EMAIL_PATTERN, toLowerAscii } from './email.ts';

/** Text that a request may send for a column: trimmed, not empty, and no longer than the column. */
export function textField<Name extends keyof Tables>(table: Name, column: keyof Tables[Name]) {
  return z.string().trim().min(1).max(widthOf(table, column));
}

/** An e-mail address that a request may send for a column: trimmed and in lower case, as `parseEmail` returns it. */
export function emailField<Name extends keyof Tables>(table: Name, column: keyof Tables[Name]) {
  return z
    .string()
    .trim()
    .overwrite(toLowerAscii)
    .regex(EMAIL_PATTERN, 'Give an e-mail address of ASCII characters, such as ada@example.com.')
    .max(widthOf(table, column));
}

/** A URL that a request may send for a column. `message` says what is wanted. */
export function urlField<Name extends keyof Tables>(
  table: Name,
  column: keyof Tables[Name],
  message?: string,
) {
  return z.url(message).max(widthOf(table, column));
}

/** One of the words that a column may hold. */
export function choiceField<Name extends keyof Tables, Word extends keyof Tables[Name]>(
  table: Name,
  column: Word,
) {
  return z.enum(choicesOf(table, column));
}

/** Only the repositories of this group, in a query. */
export const groupParameter = z.coerce.number().int().min(1).max(MAX_INTEGER).optional();

/** Earlier than any collected or imported day, and valid in both databases. */
const EARLIEST = '1970-01-01';

/** A UTC day that a request may name. */
export const dayField = z
  .string()
  .refine(isDay, 'Give a day that exists, as YYYY-MM-DD.')
  .refine((text) => text >= EARLIEST, `Give a day from ${EARLIEST} on.`);

const timeField = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Give a time of the day, such as 22:00.');

/** What is due is looked for every hour: shorter breaks between quiet hours might be missed. */
const MAX_QUIET_MINUTES = 22 * 60;

/** The hours of each day in which nothing is sent, by the clocks of a time zone. From 22:00 to 07:00 goes over midnight. */
export const quietHoursField = z
  .strictObject({
    from: timeField,
    to: timeField,
    /** An IANA name, such as Europe/Berlin. */
    zone: z.string().max(60).refine(isTimeZone, 'Give the name of a time zone, such as Europe/Berlin.'),
  })
  .refine((quiet) => {
    const minutes = lengthOfQuiet(quiet);
    return minutes > 0 && minutes <= MAX_QUIET_MINUTES;
  }, 'Quiet hours last from a minute to 22 hours.');
