import type { Generated } from 'kysely';
import type { Day } from '../../day.ts';
import type { Instant } from '../../instant.ts';

/** The form that messages take: Slack's, that of Microsoft Teams, or for a `webhook` plain JSON for any program. */
export type ChannelKind = 'webhook' | 'slack' | 'teams';

/** What is sent to a channel. */
export type ChannelContents = 'problems' | 'reports' | 'both';

/**
 * What needs a person. Of a repository: its collections fail, or GitHub is about to forget days of it. Of a tenant: its
 * token ends within 14 days or has ended, the token cannot be used, or nothing was collected for too long.
 */
export type ProblemKind =
  | 'repository_failing'
  | 'loss_near'
  | 'token_expires'
  | 'token_refused'
  | 'not_running';

interface Channel {
  tenantId: number;
  channelId: Generated<number>;
  kind: ChannelKind;
  name: string;
  contents: ChannelContents;
  addressSealed: string;
  addressHint: string;
  createdAt: Instant;
  createdBy: string;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
  failureAt: Instant | null;
}

interface Problem {
  tenantId: number;
  problemId: Generated<number>;
  kind: ProblemKind;
  code: string;
  repositoryId: number | null;
  fullName: string | null;
  message: string;
  sinceAt: Instant;
  untilAt: Instant | null;
}

interface ProblemNotice {
  tenantId: number;
  problemId: number;
  channelId: number;
  phase: 'began' | 'over';
  attempts: number;
  /** Null: it was sent. */
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
}

interface ReportSending {
  tenantId: number;
  channelId: number;
  weekStart: Day;
  attempts: number;
  /** Null: it was sent. */
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
}

/** Channels, problems, and what was sent of them. */
export interface ChannelTables {
  channel: Channel;
  problem: Problem;
  problemNotice: ProblemNotice;
  reportSending: ReportSending;
}
