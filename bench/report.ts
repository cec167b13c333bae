import { randomUUID } from 'node:crypto';
import type { Report } from '../lib/answers/reports.ts';
import { toReportMail } from '../lib/reports/mail.ts';
import { drawChart } from '../lib/reports/picture.ts';
import { callApi } from '../local/api-call.ts';
import type { Installation } from '../local/installation.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { peakMemoryOf } from './memory.ts';
import { printTable, quantile, round } from './table.ts';
import { openWarmAction, timed } from './warm-action.ts';

const TODAY = '2026-06-30';
const NOW = '2026-06-30T12:00:00.000Z';
const MONTH = '2026-05';
const TENANT_ID = 2;
const REPOSITORIES = 300;
const SENT_OF = [300, 1000];
/** Enough for the month, the one before, and the same days a year earlier. */
const DAYS = 2 * 365;
const ROUNDS = 20;

/**
 * Times the report of a month of many repositories: a warm `reports` action in each of its forms, and the mail that is made of it,
 * whose picture is drawn here by the code of `report-weekly`.
 */
export async function benchReport(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { url } = installation.database;
  await addTenants(url, TENANT_ID);
  await fillDays(url, { tenantId: TENANT_ID, repositories: REPOSITORIES, days: DAYS, today: TODAY });
  const token = await installation.identity.issueToken('ada@example.com', { expiresIn: 3600 });
  const reports = await openWarmAction('reports', { ...installation.parameters, NOW }, token);
  const rows: (string | number)[][] = [];
  const ask = (as: string) => reports.ask(`/${TENANT_ID}`, `period=${MONTH}&as=${as}`);
  for (const as of ['json', 'markdown', 'html']) {
    const { bytes } = await ask(as);
    const times: number[] = [];
    for (let count = 0; count < ROUNDS; count += 1) times.push(await timed(() => ask(as)));
    rows.push([as, round(quantile(times, 0.5)), round(quantile(times, 0.99)), Math.round(bytes / 1000), '']);
  }
  const report: Report = JSON.parse((await ask('json')).text);
  const peak = Math.round(peakMemoryOf(reports.pid));
  await reports.close();
  const write = async () => toReportMail(report, 'https://traffic.example.com', await drawChart(report));
  const first = await timed(write);
  const times: number[] = [];
  for (let count = 0; count < ROUNDS; count += 1) times.push(await timed(write));
  const { html, text, pictures } = (await write())({ reason: 'You asked for it.' });
  const bytes = Buffer.byteLength(html) + Buffer.byteLength(text);
  const picture = pictures.reduce((sum, { png }) => sum + png.length, 0);
  rows.push([
    'mail, of the JSON',
    round(quantile(times, 0.5)),
    round(quantile(times, 0.99)),
    Math.round(bytes / 1000),
    Math.round(picture / 1000),
  ]);
  printTable(
    `report: ${MONTH} of ${report.repositoryCount} repositories, warm (ms); the action’s peak is ${peak} MB, the first mail of a container takes ${round(first)} ms`,
    ['form', 'p50', 'p99', 'kB', 'kB of pictures'],
    rows,
  );
  await close();
  for (const repositories of SENT_OF) await timeSending(repositories);
}

/** Times the actions that send reports, each in a fresh container, with the memory that they take. */
async function timeSending(repositories: number): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { host, database } = installation;
  await addTenants(database.url, TENANT_ID);
  await fillDays(database.url, { tenantId: TENANT_ID, repositories, days: DAYS, today: TODAY });
  const ask = (method: string, path: string, body: unknown) =>
    callApi(installation, 'ada@example.com', { method, path, body });
  host.setParameters('traffic', { NOW: '2026-05-01T00:00:00.000Z' });
  const all = { weekly: true, monthly: true, alerts: false };
  await ask('POST', `/subscriptions/${TENANT_ID}`, all);
  host.setParameters('traffic', { NOW });
  const sendNow = () =>
    ask('POST', `/report-now/${TENANT_ID}`, { key: randomUUID(), period: MONTH, receiver: 'me' });
  const sendDue = async () => {
    const { response } = await host.invoke('traffic/report-weekly', {});
    const { sent } = response.result as { sent: number };
    if (sent !== 2) throw new Error(`report-weekly sent ${JSON.stringify(response.result)}`);
  };
  const rows = [
    ['report-now, cold', round(await timed(sendNow)), peakOf(installation, 'report-now')],
    ['report-now, warm', round(await timed(sendNow)), peakOf(installation, 'report-now')],
    ['report-weekly: a week and a month', round(await timed(sendDue)), peakOf(installation, 'report-weekly')],
  ];
  printTable(`report: sent of ${repositories} repositories by mail`, ['', 'ms', 'peak so far, MB'], rows);
  await close();
}

function peakOf({ host }: Installation, action: string): number {
  const own = host.containers().filter(({ key }) => key.includes(`/${action}@`));
  return round(Math.max(...own.map(({ pid }) => peakMemoryOf(pid))), 0);
}
