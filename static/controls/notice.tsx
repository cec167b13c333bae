import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiError, mayPass } from '../api.ts';
import { Sentence } from './sentence.tsx';

interface NoticeProps {
  kind: 'info' | 'success' | 'warning' | 'error';
  title?: string;
  /** For links to it. */
  id?: string;
  children?: ComponentChildren;
}

/** A message in the page. Errors interrupt a screen reader; other kinds wait. */
export function Notice({ kind, title, id, children }: NoticeProps) {
  return (
    <div id={id} class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {title && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}

interface FailureProps {
  error: Error;
  retry?: () => void;
  /** When what is still shown was read. */
  keptFrom?: Date | undefined;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const RETRY_MS = 10_000;

/** The API's error message, with "Try again" where that can help. What passes by itself is tried again by itself. */
export function Failure({ error, retry, keptFrom }: FailureProps) {
  const outage = error instanceof ApiError && error.status === 503 ? error.code : null;
  useEffect(() => {
    if (outage === null || !retry) return undefined;
    const timer = setInterval(() => document.hidden || retry(), RETRY_MS);
    return () => clearInterval(timer);
  }, [outage, retry]);
  return (
    <Notice kind="error" title={titleOf(error)}>
      <p>
        <Sentence text={error.message} />
        {outage && <span class="hint"> ({outage})</span>}
      </p>
      {keptFrom && <p class="muted">The figures below are from {clock.format(keptFrom)}.</p>}
      {retry && mayPass(error) && (
        <p>
          <button type="button" class="button small" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </Notice>
  );
}

function titleOf(error: Error): string {
  if (!(error instanceof ApiError)) return 'Something went wrong';
  if (error.status === 202) return 'Still running';
  if (error.status === 403) return 'No access';
  if (error.status === 404) return 'Not found';
  if (error.status === 503) return 'Temporarily unavailable';
  if (error.status === 429) return 'Too many requests';
  return error.status === 0 ? 'No connection' : 'That did not work';
}

/** An empty state: says why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 84 40" width="84" height="40" aria-hidden="true">
        <path d="M2 38V22h10v16zM18 38V12h10v26zM34 38V18h10v20zM50 38V3h10v35zM66 38V10h10v28z" />
      </svg>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
