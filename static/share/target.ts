import type { Share } from '../../lib/answers/shares.ts';

/** What is shared, with the fields of a request that name it. */
export interface ShareTarget {
  subject: Share['subject'];
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  dashboardId?: string | undefined;
  /** The days that are shared, unless somebody chooses others. */
  days?: { from: string; to: string } | undefined;
  /** For the title of the dialog. */
  name: string;
}

/** Whether a share is of the target. */
export function isOf(share: Share, { subject, repositoryId, groupId, dashboardId }: ShareTarget): boolean {
  return (
    share.subject === subject &&
    share.repositoryId === (repositoryId ?? null) &&
    share.groupId === (groupId ?? null) &&
    share.dashboardId === (dashboardId ?? null)
  );
}
