import { type Changes, usePlace, withQuery } from '../location.ts';

interface SegmentsProps {
  label: string;
  /** Which one is shown. */
  current: string;
  segments: { value: string; label: string; changes: Changes }[];
}

/** Links between views of the same page, each with its own address. */
export function Segments({ label, current, segments }: SegmentsProps) {
  const place = usePlace();
  return (
    <nav class="segments" aria-label={label}>
      {segments.map((segment) => (
        <a
          key={segment.value}
          href={withQuery(place, segment.changes)}
          aria-current={segment.value === current ? 'true' : undefined}
        >
          {segment.label}
        </a>
      ))}
    </nav>
  );
}
