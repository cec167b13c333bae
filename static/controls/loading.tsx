import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../answers.ts';
import { Failure } from './notice.tsx';

interface AnsweredProps<Answer> {
  loaded: Loaded<Answer>;
  children: (answer: Answer) => ComponentChildren;
}

/** What an answer is shown as; until then its place, or why there is none. */
export function Answered<Answer>({ loaded: { answer, error, reload }, children }: AnsweredProps<Answer>) {
  return (
    <>
      {error && <Failure error={error} retry={reload} />}
      {answer === undefined ? !error && <Skeleton /> : children(answer)}
    </>
  );
}

/** A page whose code is fetched when it is first opened. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let ready: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Page, setPage] = useState(() => ready);
    const [error, setError] = useState<Error>();
    useEffect(() => {
      if (Page) return;
      load().then(
        (loaded) => {
          ready = loaded;
          setPage(() => loaded);
        },
        () => setError(new Error('Part of the page could not be loaded. Reload the page.')),
      );
    }, [Page]);
    if (error) return <Failure error={error} />;
    return Page ? <Page {...props} /> : <Skeleton />;
  };
}

/** Keeps the place of what is being loaded. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">Loading…</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} class="bone" />
      ))}
    </div>
  );
}
