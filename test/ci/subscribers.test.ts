import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, openDatabase } from '../../lib/db/database.ts';
import { insertRows, inTransaction } from '../../lib/db/portable.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { openSmtpServer } from '../mail-server.ts';

const CREATED = '2026-02-20T05:00:00.000Z';
const MONDAY = '2026-03-09T12:00:00.000Z';
const ISSUER = 'https://id.example';
const MANY = 4900;
const FEW = 100;

let installation: TestInstallation;
let db: Db;
let smtp: Awaited<ReturnType<typeof openSmtpServer>>;
/** The recipients, in the order in which their mails arrived. */
const arrived: string[] = [];

beforeAll(async () => {
  smtp = await openSmtpServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    maxClients: 100,
    onData(stream, { envelope }, callback) {
      text(stream).then(() => {
        arrived.push(...envelope.rcptTo.map(({ address }) => address));
        callback();
      }, callback);
    },
  });
  const SMTP_URL = `smtp://127.0.0.1:${smtp.port}`;
  const options = { demo: true, now: CREATED, environment: { SMTP_URL } };
  installation = await openTestInstallation(options);
  const { tenantId, serverId } = await installation.initialize();
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const other = { name: 'Small', serverId, ...token };
  const { body } = await installation.as('ada@example.com')('POST', '/tenants', other);
  ({ db } = openDatabase(installation.database.url));
  await subscribe(tenantId, MANY);
  await subscribe(body.tenantId, FEW);
  installation.now(MONDAY);
});

afterAll(async () => {
  await db?.destroy();
  await smtp?.close();
  await installation?.close();
});

/** Members of the tenant who take the weekly report. */
async function subscribe(tenantId: number, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) => ({
    issuer: ISSUER,
    subject: `${tenantId}-${index}`,
    email: `member${index}@tenant${tenantId}.example`,
  }));
  const nothing = { weekly: 1, monthly: 0, alerts: 0, createdAt: CREATED };
  await inTransaction(db, async (trx) => {
    const known = { displayName: 'Member', verifiedAt: CREATED };
    const role = { tenantId, role: 'viewer', addedAt: CREATED, claimedAt: CREATED } as const;
    await insertRows(
      trx,
      'principal',
      people.map((one) => ({ ...one, ...known })),
    );
    await insertRows(
      trx,
      'member',
      people.map((one) => ({ ...one, ...role })),
    );
    for (const { issuer, subject } of people)
      await trx
        .insertInto('subscription')
        .values({ tenantId, issuer, subject, ...nothing })
        .execute();
  });
}

const send = async (): Promise<{ sent: number; failed: number }> =>
  (await installation.host.invoke('traffic/report-weekly', {})).response.result as never;

test('5,000 recipients get one mail each from activations that run at once, and a small tenant need not wait for a large one', async () => {
  let sent = 0;
  for (let hour = 0; hour < 6 && arrived.length < MANY + FEW; hour++) {
    installation.now(new Date(Date.parse(MONDAY) + hour * 3_600_000).toISOString());
    for (const round of await Promise.all([send(), send()])) sent += round.sent;
  }
  expect(sent).toBe(MANY + FEW);
  expect(arrived.length).toBe(MANY + FEW);
  expect(new Set(arrived).size).toBe(MANY + FEW);
  const lastOfFew = arrived.findLastIndex((email) => email.endsWith('@tenant2.example'));
  expect(lastOfFew).toBeLessThan(4 * FEW);
  expect(await send()).toMatchObject({ sent: 0, failed: 0 });
}, 1_800_000);
