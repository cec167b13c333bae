/** The ranges that have a name, in the order of the menu. */
export interface NamedRange {
  /** As in the address and the API. */
  value: string;
  label: string;
  /** The label on a button, if shorter. */
  short?: string;
  /** The key that chooses it. */
  shortcut?: string;
}

export const ROLLING: NamedRange[] = [
  { value: '7', label: 'Last 7 days', shortcut: 'W' },
  { value: '14', label: 'Last 14 days (GitHub’s window)', short: 'Last 14 days', shortcut: 'F' },
  { value: '30', label: 'Last 30 days', shortcut: 'T' },
  { value: '90', label: 'Last 90 days', shortcut: 'N' },
];

export const CALENDAR: NamedRange[] = [
  { value: 'week', label: 'Last full week' },
  { value: 'month', label: 'This month', shortcut: 'M' },
  { value: 'last-month', label: 'Last month' },
  { value: 'quarter', label: 'This quarter' },
  { value: 'last-quarter', label: 'Last quarter', shortcut: 'Q' },
  { value: 'year', label: 'This year', shortcut: 'Y' },
  { value: 'last-year', label: 'Last year' },
  { value: '365', label: 'Last 12 months' },
  { value: 'all', label: 'All time', shortcut: 'A' },
];

/** What the pages show if the address names no range. */
export const STANDARD_RANGE = '30';
