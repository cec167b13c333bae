interface ShowMoreProps {
  list: { more: (() => void) | undefined; loadingMore: boolean; loading: boolean };
}

/** Below a list that has more pages. */
export function ShowMore({ list: { more, loadingMore, loading } }: ShowMoreProps) {
  if (!more) return null;
  return (
    <p class="pager">
      <button type="button" class="button small" disabled={loadingMore || loading} onClick={more}>
        {loadingMore ? 'Loading…' : 'Show more'}
      </button>
    </p>
  );
}
