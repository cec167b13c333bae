import type { Tables } from '../db/tables.ts';
import { textField } from '../fields.ts';
import { NAME_PATTERN, OWNER_PATTERN } from './definition.ts';

/** A pattern of accounts that a request may send for a column. */
export function ownerPatternField<Name extends keyof Tables>(table: Name, column: keyof Tables[Name]) {
  return textField(table, column).regex(
    OWNER_PATTERN,
    'Give an account, such as acme: letters, digits, - and _. * stands for any characters, ? for one.',
  );
}

/** A pattern of repositories' names that a request may send for a column. */
export function namePatternField<Name extends keyof Tables>(table: Name, column: keyof Tables[Name]) {
  return textField(table, column).regex(
    NAME_PATTERN,
    'Give a pattern of names, such as sdk-*: letters, digits, ., - and _. * stands for any characters, ? for one.',
  );
}
