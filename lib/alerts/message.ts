import type { Alert } from '../answers/alerts.ts';
import type { Line, Message } from '../channels/message.ts';
import { toDayAndMonth } from '../day.ts';
import { toDayAddress } from '../day-address.ts';
import { ALERT_TITLES, isOfSeveral, nameOf } from './titles.ts';

/** Whether an alert began, or is over. */
export type AlertPhase = 'began' | 'over';

/** What is said of an alert, to whom and where to see more. */
interface Telling {
  tenant: { tenantId: number; name: string };
  phase: AlertPhase;
  pagesUrl: string | null;
}

/** The message about an alert: what happened, what explains it, and where to see the day. */
export function toAlertMessage(alert: Alert, { tenant, phase, pagesUrl }: Telling): Message {
  const kind = ALERT_TITLES[alert.kind];
  const title =
    phase === 'began' ? `${kind}: ${alert.subject}` : `Over: ${kind.toLowerCase()} of ${alert.subject}`;
  const said = phase === 'began' ? `${alert.title}.` : (alert.ending ?? '');
  const sections =
    phase === 'began'
      ? toSections(alert, said)
      : [{ heading: 'What happened', lines: [{ text: said }, { text: `It began: ${alert.title}.` }] }];
  const href = pagesUrl && toAlertAddress(alert, `${pagesUrl}/t/${tenant.tenantId}`);
  if (pagesUrl)
    sections.push({
      heading: 'Too much?',
      lines: [
        {
          text: 'See this alert, or snooze alerts like it',
          href: `${pagesUrl}/t/${tenant.tenantId}/alerts?alert=${alert.alertId}`,
        },
      ],
    });
  return {
    title: `${tenant.name}: ${title}`,
    summary: `${title}. ${said}`,
    sections,
    link: href ? { label: `Open ${toDayAndMonth(alert.date)}`, href } : null,
    facts: { type: 'alert', phase, tenant, alert },
  };
}

function toSections(alert: Alert, said: string): Message['sections'] {
  const each = isOfSeveral(alert.changes)
    ? alert.changes.map((change): Line => {
        const { metric, value, expected } = change;
        const usual = expected === null ? '' : ` instead of about ${expected}`;
        return { text: `${nameOf(change)}: ${value} ${metric}${usual}` };
      })
    : [];
  return [
    { heading: 'What happened', lines: [{ text: said }, ...each] },
    { heading: 'On these days', lines: toReasonLines(alert) },
  ];
}

function toReasonLines({ reasons, changes }: Alert): Line[] {
  if (reasons.length === 0)
    return [{ text: 'No referrer or page entered the lists, and nothing was released or annotated.' }];
  return reasons.map(({ kind, text, date, repository, url }) => {
    const name = isOfSeveral(changes) && repository ? `${repository.fullName}: ` : '';
    const note = kind === 'annotation' ? `Noted for ${toDayAndMonth(date)}: ` : '';
    return { text: `${name}${note}${text}`, ...(url ? { href: url } : {}) };
  });
}

/** The page of the repository, of the group or of all, with the alert's day open. */
export function toAlertAddress({ date, changes, changeCount }: Alert, tenantUrl: string): string {
  const [first] = changes;
  const repositories = new Set(changes.map(({ repository }) => repository?.repositoryId ?? null));
  const isOfOne = repositories.size === 1 && changeCount <= changes.length;
  return toDayAddress(tenantUrl, {
    date,
    repositoryId: (isOfOne && first?.repository?.repositoryId) || null,
    groupId: first?.group?.groupId ?? null,
  });
}
