import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Api, mayPass, type Read } from './api.ts';
import { useApp } from './app-context.ts';

const kept = new Map<string, unknown>();
const underWay = new Map<string, Promise<unknown>>();
const MAX_KEPT = 40;

/** Forgets all answers: after a write they may be out of date. */
export function forgetAnswers() {
  kept.clear();
}

function keep(url: string, answer: unknown) {
  kept.delete(url);
  kept.set(url, answer);
  const oldest = kept.keys().next().value;
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Starts reading before the component that shows the answer is loaded. */
export function preload(api: Api, read: Read<unknown>) {
  const reading = api.read(read);
  reading.catch(() => undefined);
  underWay.set(read.url, reading);
}

function begin<Answer>(api: Api, read: Read<Answer>, signal: AbortSignal): Promise<Answer> {
  const begun = underWay.get(read.url) as Promise<Answer> | undefined;
  underWay.delete(read.url);
  return begun ?? api.read(read, signal);
}

export interface Loaded<Answer> {
  answer: Answer | undefined;
  error: Error | undefined;
  /** True while an older answer is shown. */
  loading: boolean;
  /** When the answer was read, if a newer one failed. */
  keptFrom: Date | undefined;
  reload: () => void;
}

interface Shown {
  url: string | null;
  answer: unknown;
  error: Error | undefined;
  readAt: Date | undefined;
}

interface AnswerOptions {
  /** `'keep'`: an older answer of the same path stays when a newer one fails in a way that passes. */
  onFailure?: 'keep';
}

const pathOf = (url: string | null) => url?.split('?')[0];

/**
 * The answer to `read`. While it loads, an older answer of the same path stays, so that the page does not jump. Going back
 * shows the last answer immediately.
 */
export function useAnswer<Answer>(
  read: Read<Answer> | null,
  { onFailure }: AnswerOptions = {},
): Loaded<Answer> {
  const { api } = useApp();
  const url = read?.url ?? null;
  const [shown, setShown] = useState<Shown>({
    url: null,
    answer: undefined,
    error: undefined,
    readAt: undefined,
  });
  const [round, setRound] = useState(0);
  const [loading, setLoading] = useState(true);
  const current = useRef(url);
  current.current = url;

  useEffect(() => {
    if (url === null) return;
    const leaving = new AbortController();
    setLoading(true);
    begin(api, { url }, leaving.signal)
      .then((answer) => {
        keep(url, answer);
        setShown({ url, answer, error: undefined, readAt: new Date() });
        setLoading(false);
      })
      .catch((error: Error) => {
        if (leaving.signal.aborted) return;
        setShown((before) => {
          const keeps = onFailure === 'keep' && mayPass(error) && pathOf(before.url) === pathOf(url);
          return keeps ? { ...before, url, error } : { url, answer: undefined, error, readAt: undefined };
        });
        setLoading(false);
      });
    return () => leaving.abort();
  }, [api, url, round, onFailure]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  const same = shown.url === url;
  const fallback = kept.get(url ?? '') ?? (pathOf(shown.url) === pathOf(url) ? shown.answer : undefined);
  return {
    answer: (same && shown.answer !== undefined
      ? shown.answer
      : same && shown.error
        ? undefined
        : fallback) as Answer | undefined,
    error: same ? shown.error : undefined,
    keptFrom: same && shown.error && shown.answer !== undefined ? shown.readAt : undefined,
    loading: loading || !same,
    reload,
  };
}
