import { choice, day, generated, instant, integer, optional, text } from '../columns.ts';

const SHARE_SUBJECTS = ['portfolio', 'group', 'repository', 'dashboard'] as const;

/** What is shared: all repositories, those of a group, one, or a dashboard. */
export type ShareSubject = (typeof SHARE_SUBJECTS)[number];

const STANDINGS = ['waiting', 'live', 'gone', 'no access', 'expired'] as const;

/**
 * What a share's files hold. `waiting`: nothing yet. `gone`: that what was shared is no longer there. `no access`: nothing, since
 * its maker may not see it any more. `expired`: nothing, since its last day is over.
 */
export type ShareStanding = (typeof STANDINGS)[number];

/** What strangers may see without an account. */
export const shareTables = {
  share: {
    tenantId: integer,
    shareId: generated(integer),
    /** Made by whoever asks, so that a request can be sent twice. */
    clientKey: text(36),
    /** The share's part of the address, unique in the installation: random, or short and chosen. */
    slug: text(40),
    /** A badge has no page. */
    kind: choice(['page', 'badge'], 10),
    /** Empty: the name of what is shared. */
    title: text(100),
    subject: choice(SHARE_SUBJECTS, 12),
    repositoryId: optional(integer),
    groupId: optional(integer),
    dashboardId: optional(text(60)),
    /** The numbers that it shows: words of `SHOWN`, separated by spaces. */
    shown: text(100),
    /** A named range, or a first and a last day. */
    rangeName: optional(text(20)),
    fromDate: optional(day),
    toDate: optional(day),
    /** Whether the names of repositories appear. */
    naming: choice(['shown', 'hidden'], 10),
    /** The last day on which it can be opened; null: until somebody ends it. */
    untilDate: optional(day),
    listing: choice(['secret', 'listed'], 10),
    /** Origins whose pages may frame it, separated by spaces; `*`: any. */
    frameOrigins: text(1000),
    /** JSON of its badges. */
    badges: text(2000),
    /** Base64; null without a password. */
    passwordSalt: optional(text(24)),
    /** The key derived from the password, sealed. */
    passwordKeySealed: optional(text(500)),
    /** The account that made it: the files never hold more than it may see. */
    makerIssuer: text(300),
    makerSubject: text(255),
    makerName: text(200),
    createdAt: instant,
    changedAt: instant,
    /** Its files are being removed. */
    revokedAt: optional(instant),
    /** When its files were last written. */
    writtenAt: optional(instant),
    standing: choice(STANDINGS, 12),
    /** Why its files could not be written since. */
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    failureAt: optional(instant),
  },
};
