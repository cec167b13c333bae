import { formatCount } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';

interface OlderPagerProps {
  nextCursor: string | null;
  /** What is listed, in the plural. */
  things: string;
  /** Shown on the first page, beside the link to the second. */
  count?: string | null;
}

/** Links to the next page of a list that begins with the newest, and back to its first page. */
export function OlderPager({ nextCursor, things, count }: OlderPagerProps) {
  const place = usePlace();
  const isFirst = !place.query.has('cursor');
  if (isFirst && nextCursor === null) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${things}`}>
      {count && <span>{count}</span>}
      {!isFirst && (
        <a class="button small" href={withQuery(place, { cursor: null })}>
          Newest
        </a>
      )}
      {nextCursor && (
        <a class="button small" href={withQuery(place, { cursor: nextCursor })} rel="next">
          Older
        </a>
      )}
    </nav>
  );
}

interface PagerProps {
  page: { number: number; size: number; total: number };
  /** What is listed, in the plural. */
  things: string;
}

/** Your position in a long list, with links to the previous and next page. */
export function Pager({ page, things }: PagerProps) {
  const place = usePlace();
  const last = Math.max(1, Math.ceil(page.total / page.size));
  if (last === 1) return null;
  const from = (page.number - 1) * page.size + 1;
  const to = Math.min(page.total, page.number * page.size);
  const link = (number: number) => withQuery(place, { page: number > 1 ? String(number) : null });
  return (
    <nav class="pager" aria-label={`Pages of ${things}`}>
      <span>
        {formatCount(from)}–{formatCount(to)} of {formatCount(page.total)} {things}
      </span>
      {page.number > 1 && (
        <a class="button small" href={link(page.number - 1)} rel="prev">
          Previous
        </a>
      )}
      {page.number < last && (
        <a class="button small" href={link(page.number + 1)} rel="next">
          Next
        </a>
      )}
    </nav>
  );
}
