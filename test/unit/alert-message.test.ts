import { expect, test } from 'vitest';
import { toAlertMessage, toAlertsMessage } from '../../lib/alerts/message.ts';
import { toAlertSubject, toAlertTitle } from '../../lib/alerts/words.ts';
import type { Alert, AlertChange } from '../../lib/answers/alerts.ts';
import { toPayload } from '../../lib/channels/message.ts';

const change = (name: string, value: number, expected: number): AlertChange => ({
  repository: { repositoryId: 1, fullName: `northwind/${name}` },
  group: null,
  metric: 'views',
  date: '2026-03-03',
  noticedOn: '2026-03-03',
  value,
  expected,
  people: null,
  expectedPeople: null,
  over: null,
});
const changes = [change('burrow', 12_345, 1_500), change('harbor', 1_313, 90)];
const alert: Alert = {
  alertId: 7,
  kind: 'spike',
  state: 'open',
  subject: toAlertSubject(changes),
  title: toAlertTitle('spike', null, changes),
  ending: null,
  date: '2026-03-03',
  referrer: null,
  changes,
  changeCount: 2,
  reasons: [],
  createdAt: '2026-03-04T08:00:00.000Z',
  closedAt: null,
  snoozed: false,
};
const place = { tenant: { tenantId: 1, name: 'Northwind' }, pagesUrl: 'https://traffic.example' };

test('every number of a message is written as on the pages, and data for programs keeps numbers', () => {
  const message = toAlertMessage(alert, { ...place, phase: 'began' });
  for (const kind of ['slack', 'teams'] as const) {
    const text = JSON.stringify(toPayload(kind, message));
    for (const said of [
      '13,658 views instead of about 1,590 on 3 March.',
      'northwind/burrow: 12,345 views instead of about 1,500',
      'northwind/harbor: 1,313 views instead of about 90',
    ])
      expect(text).toContain(said);
  }
  expect(toPayload('webhook', message)).toMatchObject({
    alert: { changes: [{ value: 12_345, expected: 1_500 }, { value: 1_313 }] },
  });
  const many = Array.from({ length: 1_200 }, () => ({ alert, phase: 'began' }) as const);
  expect(toAlertsMessage(many, place)).toMatchObject({ title: 'Northwind: 1,200 alerts' });
  expect(JSON.stringify(toAlertsMessage(many, place).sections)).toContain('And 1,175 more.');
});
