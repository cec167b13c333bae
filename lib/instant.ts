/** An instant as ISO 8601 in UTC with milliseconds, such as '2026-01-14T06:00:00.000Z', read and written alike. */
export type Instant = string;
