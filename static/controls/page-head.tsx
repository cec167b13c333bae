import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageHeadProps {
  title: string;
  /** How the title is drawn, if not as plain text. */
  heading?: ComponentChildren;
  /** Shown above the title. */
  above?: ComponentChildren;
  /** Shown below the title. */
  below?: ComponentChildren;
  /** Shown after the title. */
  beside?: ComponentChildren;
  actions?: ComponentChildren;
  /** On a phone, the actions stay in one row that scrolls. */
  scrolls?: boolean;
}

let first = true;

/** The page's title. Also the tab's title; focused after navigation, so that screen readers read it. */
export function PageHead({ title, heading, above, below, beside, actions, scrolls }: PageHeadProps) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · GitHub Traffic Analytics`;
  }, [title]);
  useEffect(() => {
    if (!first) element.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <header class={scrolls ? 'page-head scrolls' : 'page-head'}>
      <div class="page-title">
        {above}
        <div class="title">
          <h1 ref={element} tabIndex={-1} aria-label={heading ? title : undefined}>
            {heading ?? title}
          </h1>
          {beside}
        </div>
        {below}
      </div>
      {actions && <div class="page-actions">{actions}</div>}
    </header>
  );
}
