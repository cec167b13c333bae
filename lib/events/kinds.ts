/** What can happen; `lib/answers/events.ts` says what each means. Those that are rare and matter most come first. */
export const EVENT_KINDS = [
  'annotation',
  'alert',
  'lost',
  'visibility',
  'transferred',
  'renamed',
  'archived',
  'unarchived',
  'tracking',
  'release',
  'referrer',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
