/**
 * What a route answers: plain values and no `Response`, because the first use of `Response` loads all of Node's fetch, and
 * every cold start would wait for it.
 */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** A text, or an object or array that becomes JSON. */
  body: string | object;
}

/** The value as JSON. */
export function json<T extends object>(body: T, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** With headers, this stays below the platform's limit for an answer. */
export const MAX_TEXT_BYTES = 950_000;

/** The text of as many rows as fit into an answer, but of one at least, and how many those are. */
export function cutToFit<Row>(
  rows: readonly Row[],
  toText: (rows: readonly Row[]) => string,
): { text: string; count: number } {
  let count = rows.length;
  for (;;) {
    const text = toText(rows.slice(0, count));
    const bytes = Buffer.byteLength(text);
    if (bytes <= MAX_TEXT_BYTES || count <= 1) return { text, count };
    count = Math.max(1, Math.floor((count * MAX_TEXT_BYTES) / bytes));
  }
}

/** Which part of a longer list an answer is. */
export interface Part {
  /** The rows of all pages, if they were counted. */
  total?: number | null;
  nextCursor?: string | null;
}

/** The text as a CSV file that browsers save as `name`.csv. */
export function csv(name: string, text: string, { total, nextCursor }: Part = {}): Answer {
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${name}.csv"`,
    ...(typeof total === 'number' && { 'x-total-count': String(total) }),
    ...(nextCursor && { 'x-next-cursor': nextCursor }),
  };
  return { status: 200, headers, body: text };
}
