import { EVENT_DRAWINGS } from '../../lib/charts/event-icons.ts';

/** The drawings of 16 × 16, as strokes. */
const DRAWINGS = {
  ...EVENT_DRAWINGS,
  down: 'M4 6.5 8 10.5 12 6.5',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  search: 'M2.8 7a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0M10.3 10.3l3.2 3.2',
  share: 'M8 9.5V2m0 0L5 4.8M8 2l3 2.8M3 8.5v5h10v-5',
  download: 'M8 2v7.5m0 0L5 6.7M8 9.5l3-2.8M3 13.5h10',
  help: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M6.3 6.3a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.7-.9 1.3M8 11.3h.01',
  gear: 'M6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0M8 1.8v1.9M8 12.3v1.9M1.8 8h1.9M12.3 8h1.9M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4',
  plus: 'M8 3v10M3 8h10',
  calendar: 'M2.5 3.5h11v10h-11zM2.5 6.5h11M5.3 2v2.4M10.7 2v2.4',
  compare: 'M2.5 11.5 6 6l2.8 3.5 4.7-6M2.5 13.5h11',
  layers: 'm8 2.2 6 3.2-6 3.2-6-3.2zM2.6 8.4 8 11.2l5.4-2.8M2.6 11 8 13.8l5.4-2.8',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  options:
    'M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M8.5 5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M4.5 11a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  check: 'M3 8.5 6.5 12 13 4.5',
  clock: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 4.5V8l2.3 1.6',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
  mail: 'M2.5 3.5h11v9h-11zM2.5 4.5 8 8.8l5.5-4.3',
  star: 'm8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
  link: 'M6.6 9.4 9.4 6.6M7 4.6l1.6-1.6a2.8 2.8 0 0 1 4 4L11 8.6M9 11.4 7.4 13a2.8 2.8 0 0 1-4-4L5 7.4',
  person: 'M5.4 5.2a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0M2.8 13.6a5.2 5.2 0 0 1 10.4 0',
  theme: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 2v12M8 5h4.6M8 8h6M8 11h4.6',
};

export type IconName = keyof typeof DRAWINGS;

/** A small drawing beside a text, or in a button that has a name of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}

/** The product's mark. */
export function Logo() {
  return (
    <svg viewBox="0 0 22 22" aria-hidden="true">
      <rect class="logo-views" x="1" y="11" width="4" height="9" rx="1.2" />
      <rect class="logo-views" x="6.5" y="7" width="4" height="13" rx="1.2" />
      <rect class="logo-visitors" x="12" y="9" width="4" height="11" rx="1.2" />
      <rect class="logo-top" x="17.5" y="2" width="4" height="18" rx="1.2" />
    </svg>
  );
}
