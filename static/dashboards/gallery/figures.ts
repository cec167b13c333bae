import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { WidgetFigures, WidgetScope, WidgetsAnswer } from '../../../lib/answers/widgets.ts';
import { MAX_WIDGETS } from '../../../lib/dashboards/gallery.ts';
import type { FiguresSettings } from '../../../lib/dashboards/gallery-schema.ts';
import { useApp } from '../../app-context.ts';

/** The days, comparison and repositories that a dashboard shows: the widgets that are set to the same follow it. */
export interface DashboardView {
  range?: string;
  from?: string;
  to?: string;
  compare?: string;
  group?: number;
  repositories?: number[];
}

/** A widget's figures with the scope that they are of. */
export interface ScopedFigures {
  figures: Exclude<WidgetFigures, { kind: 'failed' }>;
  scope: WidgetScope;
}

/** What a widget can show. */
export type Shown =
  | { state: 'loading' }
  | { state: 'failed'; code: string; message: string }
  | ({ state: 'shown' | 'outdated' } & ScopedFigures);

type Known = ScopedFigures | { code: string; message: string };

interface Figures {
  /** What is known of a widget with these settings. */
  of: (settings: FiguresSettings) => Shown;
  /** The tenant's groups, once an answer named them. */
  groups: WidgetsAnswer['groups'] | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

/**
 * The figures of widgets. One call answers all that are not known yet, so adding a widget asks for that one alone. When the
 * view changes, the old figures stay until the new ones are there.
 */
export function useFigures(
  tenantId: number,
  view: DashboardView,
  wanted: readonly FiguresSettings[],
): Figures {
  const { api } = useApp();
  const known = useRef(new Map<string, Known>());
  const last = useRef(new Map<string, Known>());
  const [groups, setGroups] = useState<WidgetsAnswer['groups']>();
  const [error, setError] = useState<Error>();
  const [loading, setLoading] = useState(false);
  const [round, setRound] = useState(0);
  const viewKey = JSON.stringify(view);
  const wantedKey = JSON.stringify([...new Set(wanted.map((one) => JSON.stringify(one)))]);

  useEffect(() => {
    const keys = JSON.parse(wantedKey) as string[];
    const missing = keys.filter((key) => !known.current.has(viewKey + key)).slice(0, MAX_WIDGETS);
    if (missing.length === 0) return setError(undefined);
    let isOver = false;
    setLoading(true);
    const body = { ...JSON.parse(viewKey), widgets: missing.map((key) => JSON.parse(key)) };
    api
      .send<WidgetsAnswer>('POST', `stats/${tenantId}/widgets`, body)
      .then((answer) => {
        const { scopes, widgets } = answer;
        missing.forEach((key, place) => {
          const one = toKnown(widgets[place], scopes);
          known.current.set(viewKey + key, one);
          if ('figures' in one) last.current.set(key, one);
        });
        if (isOver) return;
        setGroups(answer.groups);
        setError(undefined);
        setLoading(false);
        setRound((count) => count + 1);
      })
      .catch((reason: Error) => {
        if (isOver) return;
        setError(reason);
        setLoading(false);
      });
    return () => {
      isOver = true;
    };
  }, [api, tenantId, viewKey, wantedKey, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { of: (settings) => shownOf(settings), groups, error, loading, reload };

  function shownOf(settings: FiguresSettings): Shown {
    const key = JSON.stringify(settings);
    const one = known.current.get(viewKey + key);
    if (one && 'figures' in one) return { state: 'shown', ...one };
    if (one) return { state: 'failed', ...one };
    const old = last.current.get(key);
    return old && 'figures' in old ? { state: 'outdated', ...old } : { state: 'loading' };
  }
}

function toKnown(figures: WidgetFigures | undefined, scopes: WidgetScope[]): Known {
  if (figures?.kind === 'failed') return { code: figures.code, message: figures.message };
  const scope = figures && scopes[figures.scope];
  if (!scope) return { code: 'unknown', message: 'The server did not answer for this widget.' };
  return { figures, scope };
}
