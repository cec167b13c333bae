import type { ComponentChildren } from 'preact';

interface NoticeProps {
  kind: 'info' | 'success' | 'warning' | 'error';
  title?: string;
  children?: ComponentChildren;
}

/** A message in the page. Errors interrupt a screen reader, the others wait their turn. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {title && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}
