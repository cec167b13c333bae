import * as z from 'zod';
import { Badge } from '../badges/definition.ts';
import { choiceField } from '../fields.ts';
import { SHOWN } from '../shares/choices.ts';
import { RANGES } from '../stats/range-names.ts';
import { Bucket, Count, Day, Figure, Instant } from './figures.ts';

/** A share, for those who may change shares: whoever has its address sees it. */
export const Share = z.object({
  shareId: z.int(),
  kind: choiceField('share', 'kind'),
  /** Given by its maker; empty: the name of what is shared. */
  title: z.string(),
  subject: choiceField('share', 'subject'),
  repositoryId: z.int().nullable(),
  groupId: z.int().nullable(),
  dashboardId: z.string().nullable(),
  /** The name of what is shared; null if it is gone. */
  subjectName: z.string().nullable(),
  /** Where it opens. Its files are below the same address. */
  url: z.string(),
  /** `listed`: a short address, and search engines may list it. */
  listing: choiceField('share', 'listing'),
  /** The chosen part of a listed address. */
  name: z.string().nullable(),
  shown: z.array(z.enum(SHOWN)),
  /** A range that ends today, or a first and a last day. */
  range: z.enum(RANGES).nullable(),
  from: Day.nullable(),
  to: Day.nullable(),
  /** Whether the names of repositories appear. */
  names: z.boolean(),
  /** The last day on which it opens (UTC); null: until somebody ends it. */
  until: Day.nullable(),
  hasPassword: z.boolean(),
  /** Origins whose pages may frame it; `*`: any. */
  frameOrigins: z.array(z.string()),
  badges: z.array(Badge),
  madeBy: z.string(),
  createdAt: Instant,
  /** What its files hold: see `standing` of the table. `removing`: it was revoked, and its files are still being removed. */
  standing: z.enum(['waiting', 'live', 'gone', 'no access', 'expired', 'removing']),
  /** When its files were last written. */
  writtenAt: Instant.nullable(),
  /** Why they could not be written, or removed, since. */
  problem: z.object({ code: z.string(), message: z.string(), since: Instant }).nullable(),
});
export type Share = z.infer<typeof Share>;

export const ShareList = z.object({
  /** The newest first. */
  shares: z.array(Share),
});
export type ShareList = z.infer<typeof ShareList>;

export const ShareRevoked = z.object({ shareId: z.int() });
export type ShareRevoked = z.infer<typeof ShareRevoked>;

/** Badges and charts as SVG, named as the files of a share are. */
export const SharePictures = z.object({ pictures: z.array(z.object({ name: z.string(), svg: z.string() })) });
export type SharePictures = z.infer<typeof SharePictures>;

const SharedFigure = z.object({
  label: z.string(),
  value: Figure,
  /** The lower bound, where the value is an upper one. */
  least: Figure,
});

const SharedRow = z.object({
  name: z.string(),
  /** The place of a repository's color in the list of eight; null for others. */
  color: z.int().nullable(),
  values: z.array(Figure),
});

/** A chart as `lib/charts/model.ts` has it, which says what each part means. */
const SharedChart = z.object({
  kind: z.enum(['nested', 'stacked', 'line']),
  range: z.object({ from: Day, to: Day, by: Bucket, days: Count.optional() }),
  buckets: z.array(Day),
  layers: z.array(z.object({ label: z.string(), color: z.string(), values: z.array(Figure) })),
  marks: z.array(
    z.enum(['known', 'provisional', 'suspect', 'unread', 'partial', 'lost', 'before', 'unspread']),
  ),
  partialLabel: z.string().optional(),
  unreadLabel: z.string().optional(),
  events: z.array(z.object({ date: Day, to: Day.nullable(), kind: z.string(), title: z.string() })),
});

const SharedBlock = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('figures'), title: z.string(), width: Count, figures: z.array(SharedFigure) }),
  z.object({
    kind: z.literal('chart'),
    title: z.string(),
    width: Count,
    chart: SharedChart,
  }),
  z.object({
    kind: z.literal('list'),
    title: z.string(),
    width: Count,
    columns: z.array(z.string()),
    rows: z.array(SharedRow),
    note: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('events'),
    title: z.string(),
    width: Count,
    events: z.array(z.object({ date: Day, to: Day, text: z.string() })),
  }),
  z.object({ kind: z.literal('text'), title: z.string(), width: Count, text: z.string() }),
]);
export type SharedBlock = z.infer<typeof SharedBlock>;

/**
 * What a shared page shows: `data.json`. It holds names and figures that were chosen, and no id of ours. Each block is so many of
 * twelve columns wide.
 */
export const SharedPage = z.object({
  title: z.string(),
  /** What there is to say instead of figures, or above them; null: nothing. */
  note: z.string().nullable(),
  /** The days that it shows; null without any. */
  span: z.object({ from: Day, to: Day }).nullable(),
  /** Its days move on. */
  rolling: z.boolean(),
  /** A dashboard has one for each tab. */
  sections: z.array(z.object({ title: z.string().nullable(), blocks: z.array(SharedBlock) })),
});
export type SharedPage = z.infer<typeof SharedPage>;
