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

/** Which part of a longer list an answer is. */
interface Part {
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
