/** The drawings of events, of 16 × 16, as strokes. Icons of pages show them too. */
export const EVENT_DRAWINGS = {
  note: 'M3 3.2h10v7.3H8.2L5.5 13v-2.5H3z',
  release: 'M2.5 2.5h5l6 6-5 5-6-6zM5.4 5.4h.01',
  bell: 'M3 11.8h10M4.3 11.8V7a3.7 3.7 0 0 1 7.4 0v4.8M6.8 14h2.4M8 3.3V1.8',
  referrer: 'M6.5 9.5 13 3m0 0H8.6M13 3v4.4M11 9.5V13H3V5h3.5',
  alert: 'M8 2.2 14.3 13H1.7zM8 6.4v3M8 11.2h.01',
  renamed: 'M3 13l.6-3L10.5 3 13 5.5 6 12.4zM9 4.5 11.5 7',
  transferred: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  visibility:
    'M1.8 8S4 4 8 4s6.2 4 6.2 4-2.2 4-6.2 4-6.2-4-6.2-4zM8 6.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z',
  tracking: 'M4 14V2.5M4 3h8.5l-2 2.7 2 2.8H4',
  lost: 'M3 3h10v10H3zM3 9l6-6M3 13 13 3M7 13l6-6',
};

const DRAWING_OF: Record<string, keyof typeof EVENT_DRAWINGS> = {
  annotation: 'note',
  alert: 'bell',
  release: 'release',
  referrer: 'referrer',
  renamed: 'renamed',
  transferred: 'transferred',
  visibility: 'visibility',
  lost: 'lost',
  tracking: 'tracking',
};

/** The path of an event's icon, in a square of 16. */
export const eventIcon = (kind: string): string => EVENT_DRAWINGS[DRAWING_OF[kind] ?? 'alert'];
