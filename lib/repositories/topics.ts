import { widthOf } from '../db/tables.ts';

// GitHub allows 20 topics of 50 characters each: lower-case letters, digits and hyphens
// (https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/classifying-your-repository-with-topics).

/** Topics as they are stored: sorted, and separated by commas. Those that the column has no room for are left out. */
export function toTopicsColumn(topics: readonly string[]): string {
  const width = widthOf('repository', 'topics');
  let stored = '';
  for (const topic of [...new Set(topics.map((one) => one.toLowerCase()))].sort()) {
    const longer = stored === '' ? topic : `${stored},${topic}`;
    if (longer.length > width) break;
    stored = longer;
  }
  return stored;
}

/** The topics of a stored column; none if they were never read. */
export function fromTopicsColumn(stored: string | null): string[] {
  return stored === null || stored === '' ? [] : stored.split(',');
}
