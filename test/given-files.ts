import initSqlJs from 'sql.js';
import type { GivenFile, ReadAnswers, ReadHistory, ReadRepository } from '../lib/imports/read.ts';
import { readHistory } from '../lib/imports/read.ts';

/** Files by their paths; text is given in UTF-8. */
export type Files = Record<string, string | Uint8Array>;

function toGiven(files: Files): GivenFile[] {
  return Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return { path, size: bytes.length, bytes: async () => bytes };
  });
}

/** Reads files as if today were 2026-11-26. */
export function readFiles(files: Files | GivenFile[], answers: ReadAnswers = {}): Promise<ReadHistory> {
  const given = Array.isArray(files) ? files : toGiven(files);
  return readHistory(given, { today: '2026-11-26', answers, openSqlite: () => initSqlJs() });
}

/** The only repository that the files have. Throws if there are others. */
export function onlyRepository({ repositories }: ReadHistory): ReadRepository {
  const [only, ...others] = repositories;
  if (!only || others.length > 0) throw new Error(`Read ${repositories.map(({ key }) => key).join(', ')}`);
  return only;
}

/** Dates with views, unique visitors, clones and unique cloners. */
export function daysOf({ days }: ReadRepository) {
  return days.map((day) => [day.date, day.viewCount, day.viewUniques, day.cloneCount, day.cloneUniques]);
}

/** The codes of the problems, with the first line where there is one. */
export function codesOf({ problems }: ReadHistory): string[] {
  return problems.map(({ code, line }) => (line === null ? code : `${code}:${line}`)).sort();
}
