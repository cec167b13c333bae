import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  title: string;
  /** Shown beside the title. */
  beside?: ComponentChildren;
  children?: ComponentChildren;
}

/** A titled section of a page. */
export function Panel({ title, beside, children }: PanelProps) {
  const id = useId();
  return (
    <section class="card panel" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {beside}
      </header>
      {children}
    </section>
  );
}
