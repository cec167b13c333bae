import { useEffect, useState } from 'preact/hooks';
import { useAnswer } from './answers.ts';
import type { Read } from './api.ts';
import { useApp } from './app-context.ts';

/** An answer that is one page of a list. */
interface Page {
  nextCursor: string | null;
}

/** A list that grows by a page at a time. */
export interface LoadedList<P extends Page> {
  /** The pages so far; undefined until the first is there. */
  answer: P[] | undefined;
  error: Error | undefined;
  /** True while an older answer is shown. */
  loading: boolean;
  /** Reads all pages so far again. */
  reload: () => void;
  /** Reads the next page; undefined if there is none. */
  more: (() => void) | undefined;
  loadingMore: boolean;
}

interface Joined<P> {
  /** What the pages are of, and the answer that they follow. */
  url: string;
  first: P;
  rest: P[];
}

/** The pages of a list, as many as were asked for. Another list, such as another search, begins with its first page. */
export function useList<P extends Page>(readOf: (cursor: string | null) => Read<P>): LoadedList<P> {
  const { api } = useApp();
  const { url } = readOf(null);
  const first = useAnswer(readOf(null));
  const [wanted, setWanted] = useState({ url, count: 0 });
  const [joined, setJoined] = useState<Joined<P>>();
  const [error, setError] = useState<Error>();
  const count = wanted.url === url ? wanted.count : 0;
  const known = joined?.url === url && count > 0 ? joined : undefined;
  const { answer, loading } = first;

  useEffect(() => {
    if (!answer || loading || count === 0) return;
    const leaving = new AbortController();
    readRest(answer, known?.first === answer ? known.rest : []).catch((failure: Error) => {
      if (!leaving.signal.aborted) setError(failure);
    });
    return () => leaving.abort();

    async function readRest(start: P, begun: P[]) {
      const rest = [...begun];
      for (let { nextCursor } = rest.at(-1) ?? start; nextCursor && rest.length < count; ) {
        const page = await api.read(readOf(nextCursor), leaving.signal);
        rest.push(page);
        nextCursor = page.nextCursor;
      }
      setJoined({ url, first: start, rest });
    }
  }, [api, answer, loading, url, wanted]);

  const pages = known ? [known.first, ...known.rest] : answer && [answer];
  const hasMore = Boolean(pages?.at(-1)?.nextCursor);
  const isRead = known?.first === answer && known?.rest.length === count;
  const loadingMore = hasMore && count > 0 && !isRead && !error;
  return {
    answer: pages,
    error: first.error ?? error,
    loading,
    reload: () => {
      setError(undefined);
      first.reload();
    },
    more: hasMore
      ? () => {
          setError(undefined);
          setWanted({ url, count: (known?.rest.length ?? 0) + 1 });
        }
      : undefined,
    loadingMore,
  };
}
