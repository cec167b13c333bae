import { generateKeyPairSync, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { operations } from '../actions/openapi/operations.ts';
import type { AuditEvent } from '../lib/answers/audit.ts';
import { AUDIT_KINDS } from '../lib/audit.ts';
import { toCursor } from '../lib/cursor.ts';
import { openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { requestKey } from './api-keys.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-01-14T09:00:00.000Z';
const APP = 77;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKey = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const webhookSecret = 'SECRET-PATH';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let serverId: number;

beforeAll(async () => {
  const environment = { ALLOW_PRIVATE_ADDRESSES: 'true' };
  installation = await openTestInstallation({ demo: true, now: NOW, environment });
  ({ tenantId, serverId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const publicKeys = [keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()];
  const { apps } = installation.github;
  apps.addApp({ id: APP, name: 'Traffic reader', owner: DEMO_USERS.northwind, publicKeys });
});

afterAll(() => installation.close());

async function list(query = '', path = '/audit', call = ada): Promise<AuditEvent[]> {
  const { status, body } = await call('GET', `${path}?limit=200${query}`);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.events;
}

/** Routes that change something without an entry, and why. */
const NOT_AUDITED: Record<string, string> = {
  'post /init': 'it is the first entry, which another test reads',
  'delete /me/session': 'it ends a session of your own',
  'delete /me/sessions': 'it ends sessions of your own',
  'post /rules/{tenantId}/preview': 'it changes nothing',
  'post /groups/{tenantId}/preview': 'it changes nothing',
  'post /shares/{tenantId}/preview': 'it changes nothing',
  'post /shares/{tenantId}/pictures': 'it changes nothing',
  'post /mcp/{tenantId}': 'it changes nothing',
  'post /shares/{tenantId}/{shareId}/publish': 'it rewrites the files of a share, which was logged',
  'post /imports/{tenantId}/repositories': 'it changes nothing',
  'post /imports/{tenantId}/preview': 'it changes nothing',
  'post /runs': 'the log of collection runs has it, with who started it',
  'post /runs/{tenantId}': 'the log of collection runs has it, with who started it',
  'post /channels/{tenantId}/{channelId}/test': 'it sends to an address that was logged, and changes nothing',
  'post /channels/{tenantId}/{channelId}/confirmation': 'another test reads the entry with the mail',
  'post /mail/{token}/confirm': 'another test reads the entry with the mail',
  'post /mail/{token}/decline': 'another test reads the entry with the mail',
  'post /mail/{token}/unsubscribe': 'another test reads the entry with the mail',
  'post /mail/{token}/resume': 'another test reads the entry with the mail',
  'post /subscriptions/{tenantId}/{subscriptionId}/confirmation':
    'asking an address is logged, and that of the member is not asked',
  'post /stats/{tenantId}/widgets': 'it reads what the pages show',
  'post /dashboards/{tenantId}/data-token': 'its token reads no more than the page, for an hour',
  'post /dashboards/{tenantId}/dde-session': 'its token reads no more than the page, for an hour',
};

type Step = [route: string, sentences: string[], call: () => Promise<Answer>];

const ANNOTATION = { key: randomUUID(), date: '2026-01-13', text: 'Launch' };
const RULE = { owner: DEMO_USERS.northwind, namePattern: 'tidy-*' };
const RULE_LABEL = `${RULE.owner}/tidy-*`;
const RULE_WORDS = `all repositories of ${RULE.owner} that are not forks, are not archived and match tidy-*`;

const SHARE = {
  key: '5f0c3a52-0f4e-4b8e-9d0e-9b1a6f0c7d11',
  subject: 'portfolio',
  range: '30',
  shown: ['views'],
  names: false,
};

const GROUP = { name: 'Charts', rule: { namePattern: '*-charts' } };

const IMPORT = {
  key: randomUUID(),
  files: [{ path: 'views.csv', size: 10, sha256: 'a'.repeat(64), tool: 'ghrs' }],
  partCount: 1,
};
const DAYS = {
  date: ['2020-01-01'],
  viewCount: [3],
  viewUniques: [1],
  cloneCount: [null],
  cloneUniques: [null],
};

const document = (name: string) => ({ name, tabs: [{ title: 'First', widgets: [] }] });

/** A call of each route that changes something or gives out a file, in an order that works, and what is logged of it. */
function toSteps(one: { owner: string; name: string }): Step[] {
  const ids = {
    annotation: 0,
    snooze: 0,
    import: 0,
    server: 0,
    tenant: 0,
    channel: 0,
    dashboard: 0,
    repository: 0,
    rule: 0,
    github: 0,
    group: 0,
    key: 0,
    share: 0,
    subscription: 0,
  };
  const keeping = async (name: keyof typeof ids, answer: Promise<Answer>, idOf = `${name}Id`) => {
    const { status, body, headers } = await answer;
    ids[name] = Number(body[idOf]);
    return { status, body, headers };
  };
  const url = installation.url.replace('127.0.0.1', 'localhost');
  const channel = { kind: 'webhook', name: 'Ops', contents: 'both' };
  const octocat = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const name = `${one.owner}/${one.name}`;
  return [
    [
      'put /members/system/{email}',
      ['gave grace@example.com the system role maintainer'],
      () => ada('PUT', '/members/system/grace@example.com', { role: 'maintainer' }),
    ],
    [
      'delete /members/system/{email}',
      ['took the system role maintainer from grace@example.com'],
      () => ada('DELETE', '/members/system/grace@example.com'),
    ],
    [
      'post /annotations/{tenantId}',
      ['annotated 13 January 2026 for all repositories: Launch'],
      () => keeping('annotation', ada('POST', `/annotations/${tenantId}`, ANNOTATION)),
    ],
    ['post /annotations/{tenantId}', [], () => ada('POST', `/annotations/${tenantId}`, ANNOTATION)],
    [
      'patch /annotations/{tenantId}/{annotationId}',
      ['changed the annotation of 13 January 2026 for all repositories: Relaunch'],
      () => ada('PATCH', `/annotations/${tenantId}/${ids.annotation}`, { text: 'Relaunch' }),
    ],
    [
      'delete /annotations/{tenantId}/{annotationId}',
      ['deleted the annotation of 13 January 2026 for all repositories: Relaunch'],
      () => ada('DELETE', `/annotations/${tenantId}/${ids.annotation}`),
    ],
    [
      'put /alerts/{tenantId}/settings',
      ['chose to be alerted of Spike, Milestone'],
      () => ada('PUT', `/alerts/${tenantId}/settings`, { kinds: ['milestone', 'spike'] }),
    ],
    [
      'post /alerts/{tenantId}/snoozes',
      ['snoozed alerts: Spike of all repositories until 20 January'],
      () =>
        keeping('snooze', ada('POST', `/alerts/${tenantId}/snoozes`, { kind: 'spike', until: '2026-01-20' })),
    ],
    [
      'delete /alerts/{tenantId}/snoozes/{snoozeId}',
      ['ended the snooze of alerts: Spike of all repositories'],
      () => ada('DELETE', `/alerts/${tenantId}/snoozes/${ids.snooze}`),
    ],
    [
      'put /members/{tenantId}/{email}',
      ['added kim@example.com as viewer'],
      () => ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'viewer' }),
    ],
    [
      'put /members/{tenantId}/{email}',
      ['changed the role of kim@example.com from viewer to manager'],
      () => ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'manager' }),
    ],
    [
      'put /members/{tenantId}/{email}',
      [],
      () => ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'manager' }),
    ],
    [
      'delete /members/{tenantId}/{email}',
      ['removed kim@example.com, who was manager'],
      () => ada('DELETE', `/members/${tenantId}/kim@example.com`),
    ],
    [
      'post /servers',
      [`added the GitHub server Own at ${url}/github`],
      () => keeping('server', ada('POST', '/servers', { name: 'Own', url: `${url}/github` })),
    ],
    [
      'patch /servers/{serverId}',
      ['renamed the GitHub server Own to Ours'],
      () => ada('PATCH', `/servers/${ids.server}`, { name: 'Ours' }),
    ],
    [
      'delete /servers/{serverId}',
      [`deleted the GitHub server Ours at ${url}/github`],
      () => ada('DELETE', `/servers/${ids.server}`),
    ],
    [
      'put /servers/{serverId}/app',
      ['set the GitHub App Traffic reader with its key for the server Demo'],
      () => ada('PUT', `/servers/${serverId}/app`, { appId: String(APP), privateKey }),
    ],
    [
      'delete /servers/{serverId}/app',
      ['removed the GitHub App Traffic reader with its key from the server Demo'],
      () => ada('DELETE', `/servers/${serverId}/app`),
    ],
    [
      'post /tenants',
      [
        `created the tenant Second, which reads GitHub with a token of ${DEMO_USERS.octocat}`,
        'added kim@example.com as manager',
      ],
      () =>
        keeping(
          'tenant',
          ada('POST', '/tenants', { name: 'Second', serverId, ...octocat, manager: 'kim@example.com' }),
        ),
    ],
    [
      'patch /tenants/{tenantId}',
      [
        'renamed the tenant Second to Third',
        `let the tenant Third read GitHub with a token of ${DEMO_USERS.octocat}`,
      ],
      () => ada('PATCH', `/tenants/${ids.tenant}`, { name: 'Third', ...octocat }),
    ],
    [
      'delete /tenants/{tenantId}',
      ['deleted the tenant Third with 0 repositories, 0 traffic days and 1 member'],
      () => ada('DELETE', `/tenants/${ids.tenant}`, { confirmName: 'Third' }),
    ],
    [
      'post /repositories/{tenantId}',
      [`added the repository ${name}`],
      async () => {
        const added = await ada('POST', `/repositories/${tenantId}`, one);
        ids.repository = added.body.repository.repositoryId;
        return added;
      },
    ],
    [
      'patch /repositories/{tenantId}',
      [`set the schedule of ${name} to weekly`],
      () =>
        ada('PATCH', `/repositories/${tenantId}`, { repositoryIds: [ids.repository], schedule: 'weekly' }),
    ],
    [
      'post /imports/{tenantId}',
      ['began to import ghrs: 1 repository from 1 file'],
      () => {
        const repositories = [{ repositoryId: ids.repository, files: [0] }];
        return keeping('import', ada('POST', `/imports/${tenantId}`, { ...IMPORT, repositories }));
      },
    ],
    [
      'put /imports/{tenantId}/{importId}/parts/{number}',
      [],
      () => {
        const repositories = [{ repositoryId: ids.repository, days: DAYS }];
        return ada('PUT', `/imports/${tenantId}/${ids.import}/parts/1`, { repositories });
      },
    ],
    [
      'post /imports/{tenantId}/{importId}/complete',
      ['imported ghrs: 1 day of repositories, 2020-01-01 to 2020-01-01'],
      () => ada('POST', `/imports/${tenantId}/${ids.import}/complete`),
    ],
    [
      'delete /imports/{tenantId}/{importId}',
      ['took back the import of ghrs: 1 day of repositories, 2020-01-01 to 2020-01-01'],
      () => ada('DELETE', `/imports/${tenantId}/${ids.import}`),
    ],
    [
      'delete /repositories/{tenantId}/{repositoryId}',
      [expect.stringMatching(/^removed the repository \S+ with \d+ traffic days$/)],
      async () => {
        await installation.host.settled();
        return ada('DELETE', `/repositories/${tenantId}/${ids.repository}`);
      },
    ],
    [
      'post /repositories/{tenantId}/batch',
      [`added the repository ${name}`],
      async () => {
        const added = await ada('POST', `/repositories/${tenantId}/batch`, { repositories: [one, one] });
        ids.repository = added.body.added[0].repositoryId;
        return added;
      },
    ],
    [
      'post /keys/{tenantId}',
      ['created the API key Nightly (gta_…): read numbers, all repositories, for 30 days'],
      async () => {
        const { answer } = await requestKey(ada, tenantId, { name: 'Nightly', days: 30 });
        return keeping('key', Promise.resolve(answer));
      },
    ],
    [
      'delete /keys/{tenantId}/{keyId}',
      ['revoked the API key Nightly (gta_…): read numbers'],
      () => ada('DELETE', `/keys/${tenantId}/${ids.key}`),
    ],
    [
      'post /channels/{tenantId}',
      ['added the channel Ops for problems and reports'],
      () => {
        const address = `${installation.url}/webhooks/json/${webhookSecret}`;
        return keeping('channel', ada('POST', `/channels/${tenantId}`, { ...channel, url: address }));
      },
    ],
    [
      'patch /channels/{tenantId}/{channelId}',
      ['changed the channel Team: name, address'],
      () => {
        const address = `${installation.url}/webhooks/json/other-${webhookSecret}`;
        return ada('PATCH', `/channels/${tenantId}/${ids.channel}`, { name: 'Team', url: address });
      },
    ],
    [
      'post /report-now/{tenantId}',
      ['sent the report of 2025-12 to Team'],
      () => {
        const receiver = { channelId: ids.channel };
        return ada('POST', `/report-now/${tenantId}`, { key: randomUUID(), period: '2025-12', receiver });
      },
    ],
    [
      'delete /channels/{tenantId}/{channelId}',
      ['deleted the channel Team for problems and reports'],
      () => ada('DELETE', `/channels/${tenantId}/${ids.channel}`),
    ],
    [
      'post /subscriptions/{tenantId}',
      ['subscribed ada@example.com to the weekly report and alerts'],
      () =>
        keeping(
          'subscription',
          ada('POST', `/subscriptions/${tenantId}`, { weekly: true, monthly: false, alerts: true }),
        ),
    ],
    [
      'patch /subscriptions/{tenantId}/{subscriptionId}',
      ['changed the subscription of ada@example.com, which gets alerts'],
      () => ada('PATCH', `/subscriptions/${tenantId}/${ids.subscription}`, { weekly: false }),
    ],
    [
      'delete /subscriptions/{tenantId}/{subscriptionId}',
      ['deleted the subscription of ada@example.com to alerts'],
      () => ada('DELETE', `/subscriptions/${tenantId}/${ids.subscription}`),
    ],
    [
      'post /shares/{tenantId}',
      ['shared Overview: views; without names'],
      () => keeping('share', ada('POST', `/shares/${tenantId}`, SHARE)),
    ],
    ['post /shares/{tenantId}', [], () => ada('POST', `/shares/${tenantId}`, SHARE)],
    [
      'patch /shares/{tenantId}/{shareId}',
      ['changed the share For sponsors: views'],
      () => {
        const change = { title: 'For sponsors', shown: ['views'], range: '30' };
        return ada('PATCH', `/shares/${tenantId}/${ids.share}`, change);
      },
    ],
    [
      'delete /shares/{tenantId}/{shareId}',
      ['revoked the share For sponsors at a secret address'],
      () => ada('DELETE', `/shares/${tenantId}/${ids.share}`),
    ],
    [
      'post /dashboards/{tenantId}',
      ['created the dashboard Mine'],
      () => keeping('dashboard', ada('POST', `/dashboards/${tenantId}`, { document: document('Mine') })),
    ],
    [
      'put /dashboards/{tenantId}/{dashboardId}',
      ['changed the dashboard Yours'],
      () => {
        const change = { version: 1, document: document('Yours') };
        return ada('PUT', `/dashboards/${tenantId}/${ids.dashboard}`, change);
      },
    ],
    [
      'post /dashboards/{tenantId}/{dashboardId}/copy',
      ['created the dashboard Copy'],
      () => ada('POST', `/dashboards/${tenantId}/${ids.dashboard}/copy`, { name: 'Copy' }),
    ],
    [
      'delete /dashboards/{tenantId}/{dashboardId}',
      ['deleted the dashboard Yours'],
      () => ada('DELETE', `/dashboards/${tenantId}/${ids.dashboard}`),
    ],
    [
      'post /rules/{tenantId}',
      [
        `created the rule ${RULE_LABEL}, which tracks ${RULE_WORDS}`,
        `added the repository ${RULE.owner}/tidy-dates by the rule ${RULE_LABEL}`,
      ],
      async () => {
        const answer = await ada('POST', `/rules/${tenantId}`, RULE);
        ids.rule = answer.body.rule.ruleId;
        return answer;
      },
    ],
    [
      'put /rules/{tenantId}/{ruleId}',
      [`changed the rule ${RULE_LABEL}, which tracks ${RULE_WORDS.replace(' and', ', are public and')}`],
      () => ada('PUT', `/rules/${tenantId}/${ids.rule}`, { ...RULE, visibility: 'public' }),
    ],
    [
      'put /rules/{tenantId}/{ruleId}',
      [],
      () => ada('PUT', `/rules/${tenantId}/${ids.rule}`, { ...RULE, visibility: 'public' }),
    ],
    [
      'delete /repositories/{tenantId}/{repositoryId}',
      [expect.stringMatching(/^removed the repository northwind-labs\/tidy-dates with \d+ traffic days?$/)],
      async () => {
        await installation.host.settled();
        const { body } = await ada('GET', `/repositories/${tenantId}?q=tidy-dates`);
        const [{ repositoryId, githubId }] = body.repositories;
        ids.github = githubId;
        return ada('DELETE', `/repositories/${tenantId}/${repositoryId}`);
      },
    ],
    [
      'delete /rules/{tenantId}/exclusions/{githubId}',
      [
        `let rules track the repository ${RULE.owner}/tidy-dates again`,
        `added the repository ${RULE.owner}/tidy-dates by the rule ${RULE_LABEL}`,
      ],
      () => ada('DELETE', `/rules/${tenantId}/exclusions/${ids.github}`),
    ],
    [
      'delete /rules/{tenantId}/{ruleId}',
      [`deleted the rule ${RULE_LABEL}, which tracked ${RULE_WORDS.replace(' and', ', are public and')}`],
      () => ada('DELETE', `/rules/${tenantId}/${ids.rule}`),
    ],
    [
      'post /groups/{tenantId}',
      ['created the group Charts: all repositories of any owner that match *-charts'],
      async () => {
        const answer = await ada('POST', `/groups/${tenantId}`, GROUP);
        ids.group = answer.body.groupId;
        return answer;
      },
    ],
    ['post /groups/{tenantId}', [], () => ada('POST', `/groups/${tenantId}`, GROUP)],
    [
      'put /groups/{tenantId}/{groupId}',
      ['changed the group Graphs: all repositories of any owner that match *-charts (it was Charts)'],
      () => ada('PUT', `/groups/${tenantId}/${ids.group}`, { ...GROUP, name: 'Graphs' }),
    ],
    [
      'put /groups/{tenantId}/{groupId}',
      [],
      () => ada('PUT', `/groups/${tenantId}/${ids.group}`, { ...GROUP, name: 'Graphs' }),
    ],
    [
      'delete /groups/{tenantId}/{groupId}',
      ['deleted the group Graphs: all repositories of any owner that match *-charts'],
      () => ada('DELETE', `/groups/${tenantId}/${ids.group}`),
    ],
    [
      'get /stats/{tenantId}',
      [`downloaded traffic-${tenantId}-2025-12-16-to-2026-01-14.csv (range=30&format=csv)`],
      () => ada('GET', `/stats/${tenantId}?range=30&format=csv`),
    ],
    [
      'get /stats/{tenantId}/table',
      [expect.stringMatching(/^downloaded \S+\.csv \(format=csv\)$/)],
      () => ada('GET', `/stats/${tenantId}/table?format=csv`),
    ],
    [
      'get /stats/{tenantId}/{repositoryId}',
      [expect.stringMatching(/^downloaded stars-\S+\.csv \(of=stars&format=csv\)$/)],
      () => ada('GET', `/stats/${tenantId}/${ids.repository}?of=stars&format=csv`),
    ],
    [
      'get /exports/{tenantId}/{table}',
      [`downloaded export-${tenantId}.zip (everything)`],
      () => ada('GET', `/exports/${tenantId}/repositories`),
    ],
    [
      'get /audit',
      ['downloaded audit-all.csv (format=csv&area=exports)'],
      () => ada('GET', '/audit?format=csv&area=exports'),
    ],
    [
      'get /audit/{tenantId}',
      [`downloaded audit-${tenantId}.csv (format=csv)`],
      () => ada('GET', `/audit/${tenantId}?format=csv`),
    ],
  ];
}

let steps: Step[] = [];

test('whoever sets up the installation is the first entry', async () => {
  const found = await list();
  expect(found.map(({ sentence }) => sentence).reverse()).toEqual([
    'ada@example.com set up the installation Test.',
    `ada@example.com created the tenant ${DEMO_USERS.octocat}, which reads GitHub with a token of ${DEMO_USERS.octocat}.`,
    'ada@example.com gave ada@example.com the system role administrator.',
  ]);
  expect(found.map(({ tenantId: of, tenantName }) => [of, tenantName])).toEqual([
    [null, null],
    [tenantId, DEMO_USERS.octocat],
    [null, null],
  ]);
});

test('each change and each download is logged with who did it, when and to what', async () => {
  const { body: found } = await ada('GET', `/repositories/${tenantId}/discover`);
  const [{ owner, name }] = found.candidates;
  steps = toSteps({ owner, name });
  const logged: unknown[] = [];
  const expected: unknown[] = [];
  for (const [route, sentences, call] of steps) {
    const [last] = await list();
    const { status, body } = await call();
    if (status >= 300) throw new Error(`${route}: ${status} ${JSON.stringify(body)}`);
    const added = (await list()).filter(({ eventId }) => eventId > (last?.eventId ?? 0)).reverse();
    const toWords = (sentence: string) =>
      sentence.replace(/^ada@example\.com (.*)\.$/, '$1').replace(/gta_\w{4}/, 'gta_');
    logged.push([route, added.map(({ sentence }) => toWords(sentence))]);
    expected.push([route, sentences]);
    for (const event of added)
      expect(event).toMatchObject({ actor: 'ada@example.com', occurredAt: NOW, area: expect.any(String) });
  }
  expect(logged).toEqual(expected);
});

/** A download without CSV. */
const EXPORTED = 'exports/{tenantId}/{table}';

test('every route that changes something or answers CSV is logged, or says why not', () => {
  const routes = operations
    .filter(({ action, method, path, csv }) => method !== 'get' || csv || `${action}${path}` === EXPORTED)
    .map(({ method, action, path }) => `${method} /${action}${path === '/' ? '' : path}`);
  const covered = [...Object.keys(NOT_AUDITED), ...steps.map(([route]) => route)];
  expect([...new Set(covered)].sort()).toEqual(routes.sort());
  const kinds = new Set(Object.keys(AUDIT_KINDS));
  expect(kinds.size).toBeGreaterThan(20);
});

test('the log names what was deleted, and never a secret', async () => {
  const deletions = await list('&area=deletions');
  expect(deletions.find(({ kind }) => kind === 'tenant_deleted')).toMatchObject({
    tenantName: 'Third',
    subject: 'Third',
  });
  const text = JSON.stringify(await list());
  for (const secret of [webhookSecret, DEMO_TOKENS.octocat, 'PRIVATE KEY', installation.initSecret])
    expect(text).not.toContain(secret);
});

test('the first sign-in with an address is logged, with the account that holds the role from then on', async () => {
  const email = 'lin@example.com';
  await ada('PUT', `/members/${tenantId}/${email}`, { role: 'viewer' });
  await ada('PUT', `/members/system/${email}`, { role: 'maintainer' });
  const lin = installation.as(email);
  const { subject, issuer } = (await lin('GET', '/me')).body;
  await lin('GET', '/me');
  await ada('DELETE', `/members/system/${email}`);
  await ada('DELETE', `/members/${tenantId}/${email}`);
  const claims = (await list(`&q=${email}`)).filter(({ kind }) => kind.endsWith('_claimed')).reverse();
  expect(claims.map(({ sentence, tenantId: of }) => [of, sentence])).toEqual([
    [tenantId, `${email} claimed the role of ${email} with the account ${subject} at ${issuer}.`],
    [null, `${email} claimed the system role of ${email} with the account ${subject} at ${issuer}.`],
  ]);
});

test('it is filtered by area, words and days, and comes in pages', async () => {
  const kindsIn = async (query: string) => [...new Set((await list(query)).map(({ kind }) => kind))].sort();
  expect(await kindsIn('&area=dashboards')).toEqual([
    'dashboard_changed',
    'dashboard_created',
    'dashboard_deleted',
  ]);
  expect(await kindsIn('&q=GRACE')).toEqual(['system_role_given', 'system_role_removed']);
  expect(await kindsIn('&q=%25')).toEqual([]);
  expect(await list('&to=2026-01-13')).toEqual([]);
  expect((await list('&from=2026-01-14&to=2026-01-14')).length).toBeGreaterThan(20);
  const whole = await list();
  const paged: AuditEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await ada('GET', `/audit?limit=7${cursor && `&cursor=${cursor}`}`);
    paged.push(...body.events);
    cursor = body.nextCursor;
  }
  expect(paged).toEqual(whole);
});

test('a manager reads the log of the own tenant, as CSV too, and of no other', async () => {
  await ada('PUT', `/members/${tenantId}/kim@example.com`, { role: 'manager' });
  const kim = installation.as('kim@example.com');
  const own = await list('', `/audit/${tenantId}`, kim);
  expect(new Set(own.map((event) => event.tenantId))).toEqual(new Set([tenantId]));
  const { body } = await kim('GET', `/audit/${tenantId}?format=csv&area=dashboards`);
  const [header, first] = body.split('\r\n');
  expect(header).toBe('time,tenant,who,kind,subject,detail,sentence');
  expect(first).toBe(
    `${NOW},${DEMO_USERS.octocat},ada@example.com,dashboard_deleted,Yours,,ada@example.com deleted the dashboard Yours.`,
  );
  expect((await kim('GET', '/audit')).status).toBe(403);
});

test('a log that is longer than a CSV file comes in pages, and whole only if it fits', async () => {
  const { db } = openDatabase(installation.database.url);
  const subject = 'x'.repeat(400);
  const entry = {
    tenantId: 0,
    kind: 'dashboard_created',
    actor: 'long@example.com',
    occurredAt: NOW,
    subject,
  };
  const entries = Array.from({ length: 1500 }, () => entry);
  await db.insertInto('auditEvent').values(entries).execute();
  const asked = '/audit?format=csv&q=long@example.com';
  const whole = await ada('GET', asked);
  expect([whole.status, whole.body.error.code]).toEqual([413, 'answer_too_large']);

  const lines: string[] = [];
  const totals: (string | null)[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Answer = await ada('GET', `${asked}&cursor=${cursor}`);
    expect(page.status).toBe(200);
    expect(Buffer.byteLength(page.body)).toBeLessThan(1024 * 1024);
    lines.push(...page.body.split('\r\n').slice(1, -1));
    totals.push(page.headers.get('x-total-count'));
    cursor = page.headers.get('x-next-cursor');
  }
  expect(totals).toEqual(['1500', null]);
  expect(lines).toHaveLength(1500);
  await db.deleteFrom('auditEvent').where('actor', '=', 'long@example.com').execute();
  await db.destroy();
});

test('a file that comes in pages is logged once, and so is one that begins with a cursor that was made up', async () => {
  const asked = `/stats/${tenantId}/table?from=2020-01-01&to=2020-01-31&format=csv`;
  const cursor = toCursor(['2020-01-20', 'o', 'r', 1]);
  const countOf = async (path: string) => {
    const [last] = await list();
    expect((await ada('GET', path)).status).toBe(200);
    return (await list()).filter(({ eventId }) => eventId > (last?.eventId ?? 0)).length;
  };
  expect(await countOf(`${asked}&cursor=${cursor}`)).toBe(1);
  expect(await countOf(`${asked}&cursor=${cursor}`)).toBe(0);
  expect(await countOf(`${asked}&q=other&cursor=${cursor}`)).toBe(1);
  expect(await countOf(`${asked}&cursor=`)).toBe(1);
  expect(await countOf(`/audit?format=csv&q=none&cursor=${toCursor([3])}`)).toBe(1);
  installation.now('2026-01-14T10:00:01.000Z');
  expect(await countOf(`${asked}&cursor=${cursor}`)).toBe(1);
  installation.now(NOW);
});

test.each(['7', 'WzBd', 'WzFlOTld', 'nonsense'])(
  'the cursor %s, which nobody gave out, is refused',
  async (cursor) => {
    const { status, body } = await ada('GET', `/audit?cursor=${cursor}`);
    expect([status, body.error.code]).toEqual([400, 'invalid_input']);
  },
);

test('a change that fails is not in the log', async () => {
  const before = await list();
  expect((await ada('PUT', `/members/${tenantId}/x@example.com`, { role: 'king' })).status).toBe(400);
  const missing = { role: 'repository viewer', repositoryIds: [999] };
  expect((await ada('PUT', `/members/${tenantId}/x@example.com`, missing)).status).toBe(404);
  expect((await ada('DELETE', `/tenants/${tenantId}`, { confirmName: 'no' })).status).toBe(422);
  expect((await ada('DELETE', '/members/system/ada@example.com')).status).toBe(409);
  expect((await ada('DELETE', `/servers/${serverId}`)).status).toBe(409);
  expect(await list()).toEqual(before);
});

test('a change is not made if it cannot be logged', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'PostgreSQL’s own trigger refuses the entry.');
  const client = new pg.Client(installation.database.url);
  await client.connect();
  await client.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused'; end $$`);
  await client.query(
    'create trigger refuse before insert on audit_event for each row execute function refuse()',
  );
  const { status } = await ada('PUT', `/members/${tenantId}/late@example.com`, { role: 'viewer' });
  await client.query('drop trigger refuse on audit_event');
  await client.end();
  expect(status).toBe(500);
  const { body } = await ada('GET', `/members/${tenantId}`);
  expect(body.members.map(({ email }: { email: string }) => email)).toEqual(['kim@example.com']);
});

test('entries are kept for two years', async () => {
  const { db } = openDatabase(installation.database.url);
  const entry = (subject: string, occurredAt: string) => ({
    tenantId,
    kind: 'dashboard_created',
    actor: 'ada@example.com',
    subject,
    occurredAt,
  });
  await db
    .insertInto('auditEvent')
    .values([entry('Too old', '2024-01-13T23:59:59.000Z'), entry('Old enough', '2024-01-14T00:00:00.000Z')])
    .execute();
  await db.destroy();
  await installation.collect();
  expect((await list('&q=old')).map(({ subject }) => subject)).toEqual(['Old enough']);
});
