/** What a share can show, and the bounds of its fields. The pages offer exactly these. */

/** The numbers of a share's page, in its order. */
export const SHOWN = ['views', 'clones', 'stars', 'downloads', 'referrers', 'paths', 'annotations'] as const;
export type Shown = (typeof SHOWN)[number];

/** Of badges of one share. */
export const MAX_BADGES = 5;

/** Whoever has the files can try as many passwords as they like, so a short one would not last. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 200;

/** A short address that somebody chooses. A random one is longer. */
export const SHORT_NAME = /^[a-z0-9](?:[a-z0-9-]{1,18}[a-z0-9])$/;
