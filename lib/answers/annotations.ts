import * as z from 'zod';
import { Count, Day, Instant, Page } from './figures.ts';

/** What somebody noted on a day, or on a span of days. */
export const Annotation = z.object({
  annotationId: z.int(),
  date: Day,
  /** The last day; the same day unless it is a span. */
  to: Day,
  /** Plain text. */
  text: z.string(),
  link: z.string().nullable(),
  /** `all`: it is about all repositories of the tenant. */
  scope: z.enum(['all', 'group', 'repositories']),
  group: z.object({ groupId: z.int(), name: z.string() }).nullable(),
  /** Those that it names and you may see: at most 20 of them, and how many there are. */
  repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
  repositoryCount: Count,
  /** The name of the person who wrote it. */
  author: z.string(),
  createdAt: Instant,
});
export type Annotation = z.infer<typeof Annotation>;

export const AnnotationList = z.object({
  /** The latest day first. */
  annotations: z.array(Annotation),
  page: Page,
});
export type AnnotationList = z.infer<typeof AnnotationList>;

export const AnnotationDeleted = z.object({ annotationId: z.int() });
export type AnnotationDeleted = z.infer<typeof AnnotationDeleted>;
