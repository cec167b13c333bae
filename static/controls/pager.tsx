import { formatCount } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';

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
