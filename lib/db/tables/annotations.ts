import { choice, day, generated, instant, integer, optional, text } from '../columns.ts';

/** What people note on days. */
export const annotationTables = {
  annotation: {
    tenantId: integer,
    annotationId: generated(integer),
    /** Made by whoever asks, so that a request can be sent twice. */
    clientKey: text(36),
    fromDate: day,
    toDate: day,
    note: text(500),
    link: optional(text(1000)),
    /** `repositories`: those in `annotationRepository`. */
    scope: choice(['all', 'group', 'repositories'], 12),
    groupId: optional(integer),
    /** The person's name at the time. */
    author: text(200),
    createdAt: instant,
    createdBy: text(320),
    /** The import that it comes from; null for what people wrote here. */
    importId: optional(integer),
  },
  annotationRepository: {
    tenantId: integer,
    annotationId: integer,
    repositoryId: integer,
  },
};
