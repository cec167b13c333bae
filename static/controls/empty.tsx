import type { ComponentChildren } from 'preact';

/** Nothing there yet: says why, and leads on. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
