import type { Alert } from '../answers/alerts.ts';
import type { Line, Message } from '../channels/message.ts';
import { toDayAndMonth } from '../day.ts';
import { toDayAddress } from '../day-address.ts';
import { andMore, formatNumber, plural } from '../number-format.ts';
import { ALERT_TITLES, isOfSeveral, toAlertDay } from './titles.ts';
import { toChangeText } from './words.ts';

/** Whether an alert began, or is over. */
export type AlertPhase = 'began' | 'over';

/** What is said of an alert. */
export interface AlertNews {
  alert: Alert;
  phase: AlertPhase;
}

/** To whom it is said, and where to see more. */
interface Place {
  tenant: { tenantId: number; name: string };
  pagesUrl: string | null;
}

interface Telling extends Place {
  phase: AlertPhase;
}

/** Alerts that one message lists. */
const MAX_LISTED = 25;

/** The message about an alert: what happened, what explains it, and where to see the day. */
export function toAlertMessage(alert: Alert, { tenant, phase, pagesUrl }: Telling): Message {
  const title = toHeading({ alert, phase });
  const said = phase === 'began' ? `${alert.title}.` : (alert.ending ?? '');
  const sections =
    phase === 'began'
      ? toSections(alert, said)
      : [{ heading: 'What happened', lines: [{ text: said }, { text: `It began: ${alert.title}.` }] }];
  const href = pagesUrl && toDayAddress(`${pagesUrl}/t/${tenant.tenantId}`, toAlertDay(alert));
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

/** One message about many alerts at once: a line for each of the first, and where to see all. */
export function toAlertsMessage(news: readonly AlertNews[], { tenant, pagesUrl }: Place): Message {
  const page = pagesUrl && `${pagesUrl}/t/${tenant.tenantId}/alerts`;
  const lines = news.slice(0, MAX_LISTED).map((one): Line => {
    const said = one.phase === 'began' ? `${one.alert.title}.` : (one.alert.ending ?? '');
    const text = `${toHeading(one)}. ${said}`;
    return page ? { text, href: `${page}?alert=${one.alert.alertId}` } : { text };
  });
  if (news.length > MAX_LISTED) lines.push({ text: `And ${formatNumber(news.length - MAX_LISTED)} more.` });
  const subjects = [...new Set(news.map(({ alert }) => alert.subject))];
  const named =
    subjects.length > 3
      ? `${subjects.slice(0, 2).join(', ')} ${andMore(subjects.length - 2)}`
      : subjects.join(', ');
  return {
    title: `${tenant.name}: ${plural(news.length, 'alert')}`,
    summary: `${plural(news.length, 'alert')}: ${named}`,
    sections: [{ heading: 'What happened', lines }],
    link: page ? { label: 'Open Alerts', href: page } : null,
    facts: { type: 'alerts', tenant, alerts: news },
  };
}

function toHeading({ alert: { kind, subject }, phase }: AlertNews): string {
  const title = ALERT_TITLES[kind];
  return phase === 'began' ? `${title}: ${subject}` : `Over: ${title.toLowerCase()} of ${subject}`;
}

function toSections(alert: Alert, said: string): Message['sections'] {
  const each = isOfSeveral(alert.changes)
    ? alert.changes.map((change): Line => ({ text: toChangeText(change) }))
    : [];
  return [
    { heading: 'What happened', lines: [{ text: said }, ...each] },
    { heading: 'On these days', lines: toReasonLines(alert) },
  ];
}

function toReasonLines({ reasons, changes }: Alert): Line[] {
  if (reasons.length === 0) return [{ text: 'No referrer, page, release or annotation explains it.' }];
  return reasons.map(({ kind, text, date, repository, url }) => {
    const name = isOfSeveral(changes) && repository ? `${repository.fullName}: ` : '';
    const note = kind === 'annotation' ? `Noted for ${toDayAndMonth(date)}: ` : '';
    return { text: `${name}${note}${text}`, ...(url ? { href: url } : {}) };
  });
}
