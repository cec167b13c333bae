import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageHeadProps {
  title: string;
  /** Shown above the title. */
  above?: ComponentChildren;
  /** Shown below the title. */
  below?: ComponentChildren;
  actions?: ComponentChildren;
}

let first = true;

/** The page's title. Also the tab's title; focused after navigation, so that screen readers read it. */
export function PageHead({ title, above, below, actions }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · GitHub Traffic Analytics`;
  }, [title]);
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <header class="page-head">
      <div class="page-title">
        {above}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {below}
      </div>
      {actions && <div class="page-actions">{actions}</div>}
    </header>
  );
}
