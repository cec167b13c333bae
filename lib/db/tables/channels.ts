import { choice, generated, instant, integer, optional, smallint, text } from '../columns.ts';

const CHANNEL_KINDS = ['webhook', 'slack', 'teams', 'email'] as const;

/** The format of messages: Slack's, Microsoft Teams', a mail, or for a `webhook` plain JSON. */
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

const CHANNEL_CONTENTS = ['problems', 'reports', 'both'] as const;

/** What is sent to a channel. */
export type ChannelContents = (typeof CHANNEL_CONTENTS)[number];

const PROBLEM_KINDS = [
  'repository_failing',
  'loss_near',
  'token_expires',
  'token_refused',
  'not_running',
  'github_stalled',
  'all_silent',
  'rule_failing',
] as const;

/**
 * What needs action. For a repository: its collections fail, or GitHub is about to forget days. For a tenant: its token
 * expires within 14 days or has expired, GitHub refuses it, nothing was collected for too long, or a rule that tracks repositories
 * fails. Two are news about GitHub that need no action: it publishes nothing new, or all repositories fell silent together.
 */
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** Channels, problems, and the messages about them. */
export const channelTables = {
  channel: {
    tenantId: integer,
    channelId: generated(integer),
    kind: choice(CHANNEL_KINDS, 10),
    name: text(100),
    contents: choice(CHANNEL_CONTENTS, 10),
    /** The group that its weekly report is about; null for the whole tenant. The group may be gone. */
    groupId: optional(integer),
    /** 1 if it gets the monthly report. */
    monthly: generated(smallint),
    /** 1 if it gets alerts. */
    alerts: generated(smallint),
    /** 'HH:MM' in `quietZone`; all three are null without quiet hours. */
    quietFrom: optional(text(5)),
    quietTo: optional(text(5)),
    quietZone: optional(text(60)),
    addressSealed: text(4000),
    /** Of an e-mail channel the address itself, which is no secret. */
    addressHint: text(300),
    createdAt: instant,
    createdBy: text(320),
    sentAt: optional(instant),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    failureAt: optional(instant),
  },
  problem: {
    tenantId: integer,
    problemId: generated(integer),
    kind: choice(PROBLEM_KINDS, 20),
    code: text(40),
    repositoryId: optional(integer),
    fullName: optional(text(201)),
    message: text(500),
    sinceAt: instant,
    untilAt: optional(instant),
  },
  problemNotice: {
    tenantId: integer,
    problemId: integer,
    channelId: integer,
    phase: text<'began' | 'over'>(5),
    attempts: integer,
    /** Null once it was sent. */
    dueAt: optional(instant),
    sentAt: optional(instant),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
  },
};
