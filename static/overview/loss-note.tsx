import { plural } from '../format.ts';

/** How long there is before GitHub forgets a day that nobody collected. */
export function LossNote({ days }: { days: number | null }) {
  if (days === null) return null;
  if (days === 0) return <span class="tag danger">Days are being lost now</span>;
  return (
    <span class={days <= 4 ? 'tag danger' : 'tag warning'}>{plural(days, 'day')} until data is lost</span>
  );
}
