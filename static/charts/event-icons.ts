/** The icons of what happened, drawn in a square of 16. */
const ICONS: Record<string, string> = {
  annotation: 'M3 3.2h10v7.3H8.2L5.5 13v-2.5H3z',
  release: 'M2.5 2.5h5l6 6-5 5-6-6zM5.4 5.4h.01',
  referrer: 'M6.5 9.5 13 3m0 0H8.6M13 3v4.4M11 9.5V13H3V5h3.5',
  renamed: 'M3 13l.6-3L10.5 3 13 5.5 6 12.4zM9 4.5 11.5 7',
  transferred: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  visibility:
    'M1.8 8S4 4 8 4s6.2 4 6.2 4-2.2 4-6.2 4-6.2-4-6.2-4zM8 6.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z',
  lost: 'M3 3h10v10H3zM3 9l6-6M3 13 13 3M7 13l6-6',
  tracking: 'M4 14V2.5M4 3h8.5l-2 2.7 2 2.8H4',
};

const OTHER = 'M8 3.5v5M8 11.5h.01';

/** The path of an event's icon. */
export const eventIcon = (kind: string): string => ICONS[kind] ?? OTHER;
