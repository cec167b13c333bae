import { existsSync, readFileSync } from 'node:fs';

/** The text of a file, if the value is the path of one. */
export function readIfFile(value: string): string {
  if (value === '' || value.includes('\n') || !existsSync(value)) return value;
  return readFileSync(value, 'utf8');
}
