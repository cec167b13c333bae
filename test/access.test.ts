import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyScopesOf } from '../actions/openapi/document.ts';
import type { Operation } from '../actions/openapi/operation.ts';
import { operations } from '../actions/openapi/operations.ts';
import type { Me } from '../lib/answers/me.ts';
import type { KeyScope } from '../lib/db/tables/keys.ts';
import { choicesOf } from '../lib/db/tables.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { mayInTenant, maySomewhere } from '../static/access.ts';
import { createApiKey } from './api-keys.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

type Outcome =
  | 'allowed'
  | 'forbidden'
  | 'tenant_not_found'
  | 'repository_not_found'
  | 'unauthenticated'
  | 'key_invalid'
  | 'key_scope'
  | 'person_required';

const people = {
  administrator: 'ada@example.com',
  maintainer: 'maintainer@example.com',
  manager: 'manager@example.com',
  viewer: 'viewer@example.com',
  repositoryViewer: 'repository-viewer@example.com',
  managerElsewhere: 'manager-elsewhere@example.com',
  outsider: 'outsider@example.com',
};
type Person = keyof typeof people;
const everybody = Object.keys(people) as Person[];

type Row = Record<Person, Outcome>;

const toRow = (outcome: (person: Person) => Outcome) =>
  Object.fromEntries(everybody.map((person) => [person, outcome(person)])) as Row;

/** In a tenant: members with too low a role get 403; to everybody else the tenant does not exist. */
const inTenant = (...allowed: Person[]) =>
  toRow((person) => {
    if (allowed.includes(person)) return 'allowed';
    return person === 'managerElsewhere' || person === 'outsider' ? 'tenant_not_found' : 'forbidden';
  });

/** Outside of tenants. */
const inSystem = (...allowed: Person[]) =>
  toRow((person) => (allowed.includes(person) ? 'allowed' : 'forbidden'));

const system: Person[] = ['administrator', 'maintainer'];
const members: Person[] = [...system, 'manager', 'viewer', 'repositoryViewer'];
const managers: Person[] = [...system, 'manager'];

/** Who may do what. A route that is missing here fails the first test. */
const rows: Record<string, Row> = {
  'get /init': inSystem(...everybody),
  'post /init': inSystem(...everybody),
  'get /me': inSystem(...everybody),
  'get /me/tenants': inSystem(...everybody),
  'delete /me/session': inSystem(...everybody),
  'delete /me/sessions': inSystem(...everybody),
  'get /servers': inSystem(...system),
  'post /servers': inSystem('administrator'),
  'patch /servers/{serverId}': inSystem('administrator'),
  'delete /servers/{serverId}': inSystem('administrator'),
  'put /servers/{serverId}/app': inSystem('administrator'),
  'delete /servers/{serverId}/app': inSystem('administrator'),
  'get /servers/{serverId}/installations': inSystem('administrator'),
  'get /tenants': inSystem(...managers, 'managerElsewhere'),
  'post /tenants': inSystem('administrator'),
  'get /tenants/{tenantId}': inTenant(...managers),
  'patch /tenants/{tenantId}': inTenant('administrator', 'manager'),
  'delete /tenants/{tenantId}': inTenant('administrator'),
  'get /members/system': inSystem(...system),
  'put /members/system/{email}': inSystem('administrator'),
  'delete /members/system/{email}': inSystem('administrator'),
  'get /members/{tenantId}': inTenant(...managers),
  'put /members/{tenantId}/{email}': inTenant('administrator', 'manager'),
  'delete /members/{tenantId}/{email}': inTenant('administrator', 'manager'),
  'get /keys/current': toRow(() => 'key_invalid'),
  'get /keys/{tenantId}': inTenant('administrator', 'manager'),
  'post /keys/{tenantId}': inTenant('administrator', 'manager'),
  'delete /keys/{tenantId}/{keyId}': inTenant('administrator', 'manager'),
  'get /shares/{tenantId}': inTenant('administrator', 'manager'),
  'post /shares/{tenantId}': inTenant('administrator', 'manager'),
  'post /shares/{tenantId}/preview': inTenant('administrator', 'manager'),
  'post /shares/{tenantId}/pictures': inTenant('administrator', 'manager'),
  'patch /shares/{tenantId}/{shareId}': inTenant('administrator', 'manager'),
  'delete /shares/{tenantId}/{shareId}': inTenant('administrator', 'manager'),
  'post /shares/{tenantId}/{shareId}/publish': inTenant('administrator', 'manager'),
  'get /channels/{tenantId}': inTenant('administrator', 'manager'),
  'post /channels/{tenantId}': inTenant('administrator', 'manager'),
  'patch /channels/{tenantId}/{channelId}': inTenant('administrator', 'manager'),
  'delete /channels/{tenantId}/{channelId}': inTenant('administrator', 'manager'),
  'get /channels/{tenantId}/report': inTenant('administrator', 'manager'),
  'post /channels/{tenantId}/{channelId}/test': inTenant('administrator', 'manager'),
  'post /channels/{tenantId}/{channelId}/confirmation': inTenant('administrator', 'manager'),
  'get /mail/{token}': inSystem(...everybody),
  'get /mail/{token}/unsubscribe': inSystem(...everybody),
  'post /mail/{token}/confirm': inSystem(...everybody),
  'post /mail/{token}/decline': inSystem(...everybody),
  'post /mail/{token}/unsubscribe': inSystem(...everybody),
  'post /mail/{token}/resume': inSystem(...everybody),
  'get /reports/{tenantId}': inTenant(...members),
  'post /report-now/{tenantId}': inTenant(...members),
  'get /subscriptions/{tenantId}': inTenant(...members),
  'post /subscriptions/{tenantId}': inTenant(...members),
  'patch /subscriptions/{tenantId}/{subscriptionId}': inTenant(...members),
  'post /subscriptions/{tenantId}/{subscriptionId}/confirmation': inTenant(...members),
  'delete /subscriptions/{tenantId}/{subscriptionId}': inTenant(...members),
  'get /audit': inSystem('administrator'),
  'get /audit/{tenantId}': inTenant('administrator', 'manager'),
  'get /repositories/{tenantId}': inTenant(...members),
  'post /repositories/{tenantId}': inTenant(...managers),
  'patch /repositories/{tenantId}': inTenant(...managers),
  'post /repositories/{tenantId}/batch': inTenant(...managers),
  'get /repositories/{tenantId}/discover': inTenant(...managers),
  'get /repositories/{tenantId}/{repositoryId}': inTenant(...members),
  'delete /repositories/{tenantId}/{repositoryId}': inTenant(...managers),
  'get /rules/{tenantId}': inTenant(...managers, 'viewer'),
  'post /rules/{tenantId}': inTenant(...managers),
  'post /rules/{tenantId}/preview': inTenant(...managers),
  'delete /rules/{tenantId}/exclusions/{githubId}': inTenant(...managers),
  'put /rules/{tenantId}/{ruleId}': inTenant(...managers),
  'delete /rules/{tenantId}/{ruleId}': inTenant(...managers),
  'get /runs': inSystem(...system),
  'post /runs': inSystem(...system),
  'get /runs/problems': inSystem(...system),
  'get /runs/{tenantId}': inTenant(...managers, 'viewer'),
  'post /runs/{tenantId}': inTenant(...managers),
  'get /runs/{tenantId}/{runId}': inTenant(...managers, 'viewer'),
  'get /stats/{tenantId}': inTenant(...members),
  'get /stats/{tenantId}/table': inTenant(...members),
  'get /stats/{tenantId}/table.csv': inTenant(...members),
  'get /stats/{tenantId}/series': inTenant(...members),
  'get /stats/{tenantId}/{repositoryId}': inTenant(...members),
  'get /stats/{tenantId}/before-after': inTenant(...members),
  'get /stats/{tenantId}/days/{date}': inTenant(...members),
  'get /stats/{tenantId}/{repositoryId}/days/{date}': inTenant(...members),
  'post /stats/{tenantId}/widgets': inTenant(...members),
  'post /mcp/{tenantId}': inTenant(...members),
  'get /metrics/{tenantId}': inTenant(...members),
  'get /groups/{tenantId}': inTenant(...members),
  'post /groups/{tenantId}': inTenant('administrator', 'manager'),
  'post /groups/{tenantId}/preview': inTenant('administrator', 'manager'),
  'get /groups/{tenantId}/{groupId}': inTenant(...members),
  'put /groups/{tenantId}/{groupId}': inTenant('administrator', 'manager'),
  'delete /groups/{tenantId}/{groupId}': inTenant('administrator', 'manager'),
  'get /imports/{tenantId}': inTenant('administrator', 'manager'),
  'post /imports/{tenantId}/repositories': inTenant('administrator', 'manager'),
  'post /imports/{tenantId}/preview': inTenant('administrator', 'manager'),
  'post /imports/{tenantId}': inTenant('administrator', 'manager'),
  'get /imports/{tenantId}/{importId}': inTenant('administrator', 'manager'),
  'put /imports/{tenantId}/{importId}/parts/{number}': inTenant('administrator', 'manager'),
  'post /imports/{tenantId}/{importId}/complete': inTenant('administrator', 'manager'),
  'delete /imports/{tenantId}/{importId}': inTenant('administrator', 'manager'),
  'get /annotations/{tenantId}': inTenant(...members),
  'post /annotations/{tenantId}': inTenant(...managers),
  'patch /annotations/{tenantId}/{annotationId}': inTenant(...managers),
  'delete /annotations/{tenantId}/{annotationId}': inTenant(...managers),
  'get /alerts/{tenantId}': inTenant(...members),
  'get /alerts/{tenantId}/{alertId}': inTenant(...members),
  'put /alerts/{tenantId}/settings': inTenant('administrator', 'manager'),
  'post /alerts/{tenantId}/snoozes': inTenant('administrator', 'manager'),
  'delete /alerts/{tenantId}/snoozes/{snoozeId}': inTenant('administrator', 'manager'),
  'get /dashboards/{tenantId}': inTenant(...members),
  'post /dashboards/{tenantId}': inTenant(...managers),
  'post /dashboards/{tenantId}/data-token': inTenant(...members),
  'post /dashboards/{tenantId}/dde-session': inTenant(...members),
  'get /dashboards/{tenantId}/{dashboardId}': inTenant(...members),
  'put /dashboards/{tenantId}/{dashboardId}': inTenant(...managers),
  'post /dashboards/{tenantId}/{dashboardId}/copy': inTenant(...managers),
  'delete /dashboards/{tenantId}/{dashboardId}': inTenant(...managers),
  'get /exports/{tenantId}': inTenant(...members),
  'get /exports/{tenantId}/{table}': inTenant(...members),
  'get /feeds/{tenantId}': inTenant(...members),
};

const reading: KeyScope[] = ['read', 'collect', 'import', 'manage'];
const collecting: KeyScope[] = ['collect', 'manage'];
const importing: KeyScope[] = ['import', 'manage'];
const managing: KeyScope[] = ['manage'];
const none: KeyScope[] = [];

/** What keys may do, by scope. All routes without a tenant are for people, but one. A route that is missing here fails a test. */
const scopesOf: Record<string, KeyScope[]> = {
  'get /keys/current': [...reading, 'spreadsheet', 'feed'],
  'get /tenants/{tenantId}': managing,
  'patch /tenants/{tenantId}': managing,
  'delete /tenants/{tenantId}': none,
  'get /members/{tenantId}': none,
  'put /members/{tenantId}/{email}': none,
  'delete /members/{tenantId}/{email}': none,
  'get /keys/{tenantId}': none,
  'post /keys/{tenantId}': none,
  'delete /keys/{tenantId}/{keyId}': none,
  'get /shares/{tenantId}': none,
  'post /shares/{tenantId}': none,
  'post /shares/{tenantId}/preview': none,
  'post /shares/{tenantId}/pictures': none,
  'patch /shares/{tenantId}/{shareId}': none,
  'delete /shares/{tenantId}/{shareId}': none,
  'post /shares/{tenantId}/{shareId}/publish': none,
  'get /channels/{tenantId}': managing,
  'post /channels/{tenantId}': managing,
  'patch /channels/{tenantId}/{channelId}': managing,
  'delete /channels/{tenantId}/{channelId}': managing,
  'get /channels/{tenantId}/report': managing,
  'post /channels/{tenantId}/{channelId}/test': managing,
  'post /channels/{tenantId}/{channelId}/confirmation': managing,
  'get /reports/{tenantId}': reading,
  'post /report-now/{tenantId}': none,
  'get /subscriptions/{tenantId}': none,
  'post /subscriptions/{tenantId}': none,
  'patch /subscriptions/{tenantId}/{subscriptionId}': none,
  'post /subscriptions/{tenantId}/{subscriptionId}/confirmation': none,
  'delete /subscriptions/{tenantId}/{subscriptionId}': none,
  'get /audit/{tenantId}': managing,
  'get /repositories/{tenantId}': reading,
  'post /repositories/{tenantId}': importing,
  'patch /repositories/{tenantId}': importing,
  'post /repositories/{tenantId}/batch': importing,
  'get /repositories/{tenantId}/discover': importing,
  'get /repositories/{tenantId}/{repositoryId}': reading,
  'delete /repositories/{tenantId}/{repositoryId}': importing,
  'get /rules/{tenantId}': reading,
  'post /rules/{tenantId}': importing,
  'post /rules/{tenantId}/preview': importing,
  'delete /rules/{tenantId}/exclusions/{githubId}': importing,
  'put /rules/{tenantId}/{ruleId}': importing,
  'delete /rules/{tenantId}/{ruleId}': importing,
  'get /runs/{tenantId}': reading,
  'post /runs/{tenantId}': collecting,
  'get /runs/{tenantId}/{runId}': reading,
  'get /stats/{tenantId}': reading,
  'get /stats/{tenantId}/table': reading,
  'get /stats/{tenantId}/table.csv': [...reading, 'spreadsheet'],
  'get /stats/{tenantId}/series': reading,
  'get /stats/{tenantId}/{repositoryId}': reading,
  'get /stats/{tenantId}/before-after': reading,
  'get /stats/{tenantId}/days/{date}': reading,
  'get /stats/{tenantId}/{repositoryId}/days/{date}': reading,
  'post /stats/{tenantId}/widgets': reading,
  'post /mcp/{tenantId}': reading,
  'get /metrics/{tenantId}': reading,
  'get /groups/{tenantId}': reading,
  'post /groups/{tenantId}': managing,
  'post /groups/{tenantId}/preview': managing,
  'get /groups/{tenantId}/{groupId}': reading,
  'put /groups/{tenantId}/{groupId}': managing,
  'delete /groups/{tenantId}/{groupId}': managing,
  'get /imports/{tenantId}': importing,
  'post /imports/{tenantId}/repositories': importing,
  'post /imports/{tenantId}/preview': importing,
  'post /imports/{tenantId}': importing,
  'get /imports/{tenantId}/{importId}': importing,
  'put /imports/{tenantId}/{importId}/parts/{number}': importing,
  'post /imports/{tenantId}/{importId}/complete': importing,
  'delete /imports/{tenantId}/{importId}': importing,
  'get /annotations/{tenantId}': reading,
  'post /annotations/{tenantId}': managing,
  'patch /annotations/{tenantId}/{annotationId}': managing,
  'delete /annotations/{tenantId}/{annotationId}': managing,
  'get /alerts/{tenantId}': reading,
  'get /alerts/{tenantId}/{alertId}': reading,
  'put /alerts/{tenantId}/settings': managing,
  'post /alerts/{tenantId}/snoozes': managing,
  'delete /alerts/{tenantId}/snoozes/{snoozeId}': managing,
  'get /dashboards/{tenantId}': reading,
  'post /dashboards/{tenantId}': managing,
  'post /dashboards/{tenantId}/data-token': none,
  'post /dashboards/{tenantId}/dde-session': none,
  'get /dashboards/{tenantId}/{dashboardId}': reading,
  'put /dashboards/{tenantId}/{dashboardId}': managing,
  'post /dashboards/{tenantId}/{dashboardId}/copy': managing,
  'delete /dashboards/{tenantId}/{dashboardId}': managing,
  'get /exports/{tenantId}': reading,
  'get /exports/{tenantId}/{table}': reading,
  'get /feeds/{tenantId}': [...reading, 'feed'],
};

const routeOf = ({ action, path }: { action: string; path: string }) =>
  `/${action}${path === '/' ? '' : path}`;
const described = operations.map((operation) => `${operation.method} ${routeOf(operation)}`);

let installation: TestInstallation;
let calls: Record<Person, Call>;
let ids: { tenantId: number; seen: number; hidden: number };

async function addRepositories(ada: Call, tenantId: number): Promise<number[]> {
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const repositories = found.body.candidates
    .slice(0, 2)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  return body.added.map((repository: { repositoryId: number }) => repository.repositoryId);
}

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
  const { tenantId, serverId } = await installation.initialize();
  const ada = installation.as(people.administrator);
  const [seen = 0, hidden = 0] = await addRepositories(ada, tenantId);
  await installation.host.settled();
  ids = { tenantId, seen, hidden };
  await ada('PUT', `/members/system/${people.maintainer}`, { role: 'maintainer' });
  const add = (person: Person, body: object) => ada('PUT', `/members/${tenantId}/${people[person]}`, body);
  await add('manager', { role: 'manager' });
  await add('viewer', { role: 'viewer' });
  await add('repositoryViewer', { role: 'repository viewer', repositoryIds: [seen] });
  const token = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  await ada('POST', '/tenants', { name: 'Elsewhere', serverId, ...token, manager: people.managerElsewhere });
  signIn();
});

/** Gives everybody a new access token. */
function signIn(): void {
  const entries = everybody.map((person) => [person, installation.as(people[person])]);
  calls = Object.fromEntries(entries);
}

afterAll(() => installation.close());

/** Allowed callers send an empty body or an unknown id, so the requests change nothing. */
function toRequest(key: string, repositoryId: number): [string, string, unknown] {
  const [method = '', route = ''] = key.split(' ');
  const isDeletion = method === 'delete';
  const filled = route
    .replace('{tenantId}', String(ids.tenantId))
    .replace('{repositoryId}', String(isDeletion ? 999_999 : repositoryId))
    .replace('{serverId}', '999999')
    .replace('{runId}', '999999')
    .replace('{ruleId}', '999999')
    .replace('{groupId}', '999999')
    .replace('{annotationId}', '999999')
    .replace('{alertId}', '999999')
    .replace('{snoozeId}', '999999')
    .replace('{date}', '2026-01-01')
    .replace('{githubId}', '999999')
    .replace('{dashboardId}', 'portfolio')
    .replace('{table}', 'traffic-days')
    .replace('{channelId}', '999999')
    .replace('{keyId}', '999999')
    .replace('{importId}', '999999')
    .replace('{number}', '1')
    .replace('{token}', 'none')
    .replace('{email}', 'nobody-here@example.com');
  return [
    method.toUpperCase(),
    filled,
    ['post', 'put', 'patch'].includes(method) ? { unknown: true } : undefined,
  ];
}

const DENIALS = [
  'forbidden',
  'tenant_not_found',
  'unauthenticated',
  'key_invalid',
  'key_scope',
  'person_required',
];

function toOutcome({ body }: Answer): Outcome {
  const code = body?.error?.code;
  return DENIALS.includes(code) ? code : 'allowed';
}

test('every route is in the table of roles, and every row of the table has a route', () => {
  expect(Object.keys(rows).sort()).toEqual([...described].sort());
});

test.each(described)('%s accepts the right callers', async (key) => {
  const [method, route, body] = toRequest(key, ids.seen);
  const ask = async (person: Person) => [person, toOutcome(await calls[person](method, route, body))];
  const isSigningOut = key.startsWith('delete /me/');
  const outcomes: unknown[][] = [];
  // One after the other, so that one container answers all. Signing out everywhere waits for the second to end: all at once.
  if (isSigningOut) outcomes.push(...(await Promise.all(everybody.map(ask))));
  else for (const person of everybody) outcomes.push(await ask(person));
  expect(Object.fromEntries(outcomes)).toEqual(rows[key]);
  if (isSigningOut) signIn();
  const stranger = toOutcome(await installation.anonymously(method, route, body));
  const isPublic = key === 'get /init' || key.includes(' /mail/');
  expect(stranger).toBe(isPublic ? 'allowed' : 'unauthenticated');
});

/** What the pages expect of a route, from the rights in `/me`. */
function toExpected(me: Me, { path, needs }: Operation): Outcome {
  if (needs === 'nothing' || needs === 'signed in') return 'allowed';
  if (needs === 'a key') return 'key_invalid';
  if (!path.includes('{tenantId}')) return maySomewhere(me, needs) ? 'allowed' : 'forbidden';
  if (!me.tenants.some(({ tenantId }) => tenantId === ids.tenantId)) return 'tenant_not_found';
  return mayInTenant(me, ids.tenantId, needs) ? 'allowed' : 'forbidden';
}

test.each(everybody)('/me answers the rights that routes give to the %s', async (person) => {
  const { body } = await calls[person]('GET', '/me');
  for (const operation of operations) {
    const key = `${operation.method} ${routeOf(operation)}`;
    expect(toExpected(body, operation), key).toBe(rows[key]?.[person]);
  }
});

test('/me stays small: it does not repeat the rights of a system role for each tenant', async () => {
  const { body } = await calls.administrator('GET', '/me');
  expect(body.tenants.length).toBe(2);
  expect(body.tenants.map(({ rights }: Me['tenants'][number]) => rights)).toEqual([[], []]);
  for (const person of everybody)
    expect(JSON.stringify((await calls[person]('GET', '/me')).body).length, person).toBeLessThan(1000);
});

test.each(described.filter((key) => key.includes('{repositoryId}')))(
  '%s hides the repositories that a repository viewer was not given',
  async (key) => {
    const [method, route] = toRequest(key, ids.hidden);
    const expected = key.startsWith('delete') ? 'forbidden' : 'repository_not_found';
    expect((await calls.repositoryViewer(method, route)).body.error.code).toBe(expected);
    expect(toOutcome(await calls.manager(method, route))).toBe('allowed');
  },
);

test('a missing tenant and a tenant you may not see get the same answer', async () => {
  for (const key of described.filter((one) => one.includes('{tenantId}'))) {
    const [method, route, body] = toRequest(key, ids.seen);
    for (const tenantId of ['999999', 'abc', '0', '-1', '1.5', '99999999999999999999'])
      for (const person of ['administrator', 'outsider'] as const) {
        const asked = route.replace(/^(\/[\w-]+)\/\d+/, `$1/${tenantId}`);
        const answer = await calls[person](method, asked, body);
        expect(answer.body.error.code, `${method} ${asked}`).toBe('tenant_not_found');
      }
  }
});

test('a repository is not found under another tenant', async () => {
  const elsewhere = calls.managerElsewhere;
  const { body } = await elsewhere('GET', '/me');
  const { tenantId } = body.tenants[0];
  for (const route of ['/repositories', '/stats']) {
    const answer = await elsewhere('GET', `${route}/${tenantId}/${ids.seen}`);
    expect(answer.body.error.code).toBe('repository_not_found');
  }
  const answer = await elsewhere('DELETE', `/repositories/${tenantId}/${ids.seen}`);
  expect(answer.body.error.code).toBe('repository_not_found');
});

const scopes = choicesOf('apiKey', 'scope');
const ofTenant = described.filter((key) => key.includes('{tenantId}'));

/** Calls with a new key of each scope. */
async function openKeys(): Promise<[KeyScope, Call][]> {
  const calls: [KeyScope, Call][] = [];
  for (const scope of scopes) {
    const { key } = await createApiKey(installation.as(people.manager), ids.tenantId, { scope });
    calls.push([scope, installation.bearing(key)]);
  }
  return calls;
}

/** A key makes 60 calls a minute. */
const KEY_CALLS = 50;
const portions = Array.from({ length: Math.ceil(described.length / KEY_CALLS) }, (_, index) =>
  described.slice(index * KEY_CALLS, (index + 1) * KEY_CALLS),
);

test('every route of a tenant says which keys may call it, as the API’s description does', () => {
  expect(Object.keys(scopesOf).sort()).toEqual(['get /keys/current', ...ofTenant].sort());
  for (const operation of operations) {
    const key = `${operation.method} ${routeOf(operation)}`;
    expect([...keyScopesOf(operation)].sort(), key).toEqual([...(scopesOf[key] ?? none)].sort());
  }
});

test.each(portions)('%s and the next routes accept the keys with the right scope', async (...keys) => {
  const callers = await openKeys();
  for (const key of keys) {
    const [method, route, body] = toRequest(key, ids.seen);
    const needsNothing =
      operations.find((one) => `${one.method} ${routeOf(one)}` === key)?.needs === 'nothing';
    for (const [scope, call] of callers) {
      const outcome = toOutcome(await call(method, route, body));
      const isAllowed = needsNothing || (scopesOf[key] ?? none).includes(scope);
      if (isAllowed) expect([key, scope, outcome]).toEqual([key, scope, 'allowed']);
      else expect(['key_scope', 'person_required'], `${key} ${scope}`).toContain(outcome);
    }
  }
});

test('a key for one repository finds no other on any route, and none of the tenant’s secrets', async () => {
  const manager = installation.as(people.manager);
  const { key } = await createApiKey(manager, ids.tenantId, {
    scope: 'collect',
    reach: 'repositories',
    repositoryIds: [ids.seen],
  });
  const { key: whole } = await createApiKey(manager, ids.tenantId, { scope: 'manage' });
  const narrow = installation.bearing(key);
  for (const route of described.filter((one) => one.includes('{repositoryId}') && one.startsWith('get'))) {
    const [method, hidden] = toRequest(route, ids.hidden);
    expect((await narrow(method, hidden)).body.error.code, route).toBe('repository_not_found');
    expect(toOutcome(await installation.bearing(whole)(method, hidden)), route).toBe('allowed');
    expect(toOutcome(await narrow(method, toRequest(route, ids.seen)[1])), route).toBe('allowed');
  }
  for (const route of ['rules', 'runs', 'members', 'channels', 'audit', 'tenants', 'keys'])
    expect(['key_scope', 'person_required'], route).toContain(
      toOutcome(await narrow('GET', `/${route}/${ids.tenantId}`)),
    );
});

test('a key in the address is refused on every route, and on those of spreadsheets and feeds unless it is for them', async () => {
  const { key } = await createApiKey(installation.as(people.manager), ids.tenantId, { scope: 'manage' });
  // The routes of mails ask nobody who they are.
  for (const route of described.filter((one) => !one.includes('/mail/'))) {
    const [method, address, body] = toRequest(route, ids.seen);
    const answer = await installation.anonymously(method, `${address}?key=${key}`, body);
    expect([route, answer.body.error?.code]).toEqual([route, 'key_in_address']);
  }
});

test('for a key, another tenant does not exist, whatever its scope', async () => {
  const { body } = await calls.managerElsewhere('GET', '/me');
  const { tenantId } = body.tenants[0];
  const { key: reads } = await createApiKey(calls.managerElsewhere, tenantId, { scope: 'read' });
  const { key: manages } = await createApiKey(calls.managerElsewhere, tenantId, { scope: 'manage' });
  const elsewhere = [installation.bearing(reads), installation.bearing(manages)];
  const isForKeys = (key: string) => (scopesOf[key] ?? none).length > 0;
  for (const key of ofTenant.filter(isForKeys).slice(0, KEY_CALLS)) {
    const [method, route, body] = toRequest(key, ids.seen);
    for (const call of elsewhere)
      expect((await call(method, route, body)).body.error.code, key).toBe('tenant_not_found');
  }
});
