import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure } from './failure.tsx';
import { Skeleton } from './skeleton.tsx';

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
        () => setError(new Error('A part of the pages could not be loaded. Reload the page.')),
      );
    }, [Page]);
    if (error) return <Failure error={error} />;
    return Page ? <Page {...props} /> : <Skeleton />;
  };
}
