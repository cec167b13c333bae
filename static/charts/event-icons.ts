import { drawingOf, type IconName } from '../controls/icon.tsx';

const ICONS: Record<string, IconName> = {
  annotation: 'note',
  release: 'release',
  referrer: 'referrer',
  renamed: 'renamed',
  transferred: 'transferred',
  visibility: 'visibility',
  lost: 'lost',
  tracking: 'tracking',
};

/** The path of an event's icon, in a square of 16. */
export const eventIcon = (kind: string): string => drawingOf(ICONS[kind] ?? 'alert');
