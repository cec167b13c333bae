import { useEffect } from 'preact/hooks';
import { lazy } from '../controls/loading.tsx';
import type { DayPanelProps } from './day-panel.tsx';

const loadPanel = () => import('./day-panel.tsx');

/** What is known about a day, under its chart. The code is fetched when a day is first opened. */
export const DayPanel = lazy<DayPanelProps>(async () => (await loadPanel()).DayPanel, DayBones);

/** The panel's space until its code, or the chart above it, is there. */
export function DayBones() {
  return <section class="day-bones" aria-busy="true" />;
}

const IDLE_MS = 1000;

/** Fetches the panel's code once the page is at rest, so that the first click need not wait for it. */
export function useDayPanelCode() {
  useEffect(() => {
    const timer = setTimeout(() => void loadPanel(), IDLE_MS);
    return () => clearTimeout(timer);
  }, []);
}
