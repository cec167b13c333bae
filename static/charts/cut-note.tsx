/** Says of the first or last week or month of a range that the range cuts it. */
export function CutNote({ cut }: { cut: { days: number; of: number } | null }) {
  if (!cut) return null;
  return (
    <>
      {' '}
      <span class="muted">
        {cut.days} of {cut.of} days
      </span>
    </>
  );
}
