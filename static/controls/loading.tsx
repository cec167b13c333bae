import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../answers.ts';
import { Failure } from './notice.tsx';

interface AnsweredProps<Answer> {
  loaded: Pick<Loaded<Answer>, 'answer' | 'error' | 'reload'>;
  children: (answer: Answer) => ComponentChildren;
}

/** Shows an answer; until it arrives, a skeleton or the error. */
export function Answered<Answer>({ loaded: { answer, error, reload }, children }: AnsweredProps<Answer>) {
  return (
    <>
      {error && <Failure error={error} retry={reload} />}
      {answer === undefined ? !error && <Skeleton /> : children(answer)}
    </>
  );
}

/** A page, or a part of one, whose code is fetched when it is first shown. Until then, `Meanwhile` is shown. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile: ComponentType<Props> = () => <Skeleton />,
): ComponentType<Props> {
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
    return Page ? <Page {...props} /> : <Meanwhile {...props} />;
  };
}

/** Reserves the space of what is loading. */
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
