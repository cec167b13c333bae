import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { completeEnvironment } from '../../deploy/environment.ts';
import { SETTINGS, settingsProblems, settingsWarnings } from '../../deploy/settings.ts';
import { parseConfig } from '../../lib/config.ts';
import { PARAMETERS, type Parameter } from '../../lib/parameters.ts';
import { START_VARIABLES } from '../../local/settings.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const COMPLETE = {
  DATABASE_URL: 'postgres://localhost/traffic',
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'client',
  TOKEN_KEY: Buffer.alloc(32).toString('base64url'),
  INIT_SECRET: 'a secret of 16 characters or more',
};
const COMPLETE_DEPLOYMENT = {
  ...COMPLETE,
  APIHOST: 'openwhisk.example.com',
  AUTH: 'uuid:key',
  NAMESPACE: 'traffic',
  COS_ENDPOINT: 'https://s3.example.com',
  COS_BUCKET: 'pages',
  COS_ACCESS_KEY_ID: 'id',
  COS_SECRET_ACCESS_KEY: 'secret',
  PAGES_URL: 'https://traffic.example.com',
};

function toRow(name: string, parameter: Parameter, readers: string): string {
  const { required, defaultInWords, description } = parameter;
  const plain = required ? 'required' : parameter.default === undefined ? '–' : `\`${parameter.default}\``;
  return `| \`${name}\` | ${readers} | ${defaultInWords ?? plain} | ${description} |`;
}

test('manifest.yaml binds exactly the listed parameters where they belong, each to the variable of its name', () => {
  const { inputs, actions } = parse(read('manifest.yaml')).packages.traffic;
  const toInputs = (names: string[]) => Object.fromEntries(names.map((name) => [name, `\${${name}}`]));
  const listed = Object.entries(PARAMETERS);
  expect(inputs).toEqual(toInputs(listed.filter(([, one]) => !one.actions).map(([name]) => name)));
  for (const [action, { inputs: own = {} }] of Object.entries<{ inputs?: object }>(actions)) {
    const ofAction = listed.filter(([, one]) => one.actions?.includes(action));
    expect(own, action).toEqual(toInputs(ofAction.map(([name]) => name)));
  }
});

test('docs/configuration.md has a row for each listed parameter and setting, with these words', () => {
  const readBy = (readers: string, parameter: Parameter) => (parameter.start ? `${readers}, start` : readers);
  const parameters = Object.entries(PARAMETERS).map(([name, parameter]) =>
    toRow(name, parameter, readBy('actions, deploy', parameter)),
  );
  const settings = Object.entries(SETTINGS)
    .filter(([name]) => !(name in PARAMETERS))
    .map(([name, setting]) => toRow(name, setting, readBy('deploy', setting)));
  const variables = Object.entries(START_VARIABLES).map(([name, one]) => toRow(name, one, 'start'));
  const rows = read('docs/configuration.md').split('\n');
  const expected = [...parameters, ...settings, ...variables];
  expect(rows.filter((row) => /^\| `\w+` \| .* \| /.test(row))).toEqual(expected);
});

test('every default is a valid value of its parameter', () => {
  const lists = [PARAMETERS, SETTINGS, START_VARIABLES].flatMap((list) => Object.values(list));
  const defaults = lists.filter((one) => one.default !== undefined);
  expect(defaults.length).toBeGreaterThan(5);
  for (const { test: check, default: text = '' } of defaults) expect(check?.(text) ?? true).toBe(true);
});

test('an empty parameter means its default, and a missing one is named', () => {
  const { limits, allowPrivateAddresses, dde, now } = parseConfig({ ...COMPLETE, COLLECT_CONCURRENCY: '' });
  expect({ limits, allowPrivateAddresses, dde, now }).toEqual({
    limits: { startsPerMinute: 40, concurrency: 4 },
    allowPrivateAddresses: false,
    dde: null,
    now: null,
  });
  expect(() => parseConfig({ ...COMPLETE, CLIENT_ID: '', COLLECT_CONCURRENCY: '0' })).toThrow(
    'CLIENT_ID is missing: it must be the client id that access tokens are issued for. COLLECT_CONCURRENCY must be a whole number above zero.',
  );
});

test('the collector’s default leaves pages half a gigabyte of a stock invoker, whichever alarm fires', () => {
  const { actions, triggers, rules } = parse(read('manifest.yaml')).packages.traffic;
  const memoryOf = (name: string): number => actions[name].limits.memorySize;
  const { limits } = parseConfig(COMPLETE);
  const started = (trigger: string) =>
    Object.values<{ trigger: string; action: string }>(rules)
      .filter((rule) => rule.trigger === trigger)
      .map(({ action }) => action);
  // What one alarm started has ended when the next one fires: they are half an hour apart.
  const minutes = Object.values<{ inputs: { cron: string } }>(triggers).map(({ inputs }) => inputs.cron);
  expect(minutes).toEqual(['0 8 * * *', '30 * * * *', '0 12 * * 1']);
  const startedByAny = Object.keys(triggers).flatMap(started);
  for (const name of startedByAny) expect(actions[name].limits.timeout).toBeLessThanOrEqual(1_800_000);
  const jobs = Math.max(
    ...Object.keys(triggers).map((trigger) =>
      started(trigger).reduce((sum, name) => sum + memoryOf(name), 0),
    ),
  );
  expect(2048 - jobs - limits.concurrency * memoryOf('collect-tenant')).toBeGreaterThanOrEqual(512);
  // As many pages as possible stay warm. The page of rules reads GitHub's longest lists, a part of an
  // import has 20,000 rows, and a report is sent with a picture: all are seldom used.
  for (const [name, { web }] of Object.entries<{ web: unknown }>(actions))
    if (web)
      expect([name, memoryOf(name)]).toEqual([
        name,
        ['rules', 'imports', 'report-now'].includes(name) ? 256 : 128,
      ]);
});

test('a mail server needs a sender, and a path of the API is on the origin of the pages', () => {
  const mail = { SMTP_URL: 'smtps://user:s3cret@mail.example.org', MAIL_FROM: 'traffic@example.org' };
  expect(() => parseConfig({ ...COMPLETE, SMTP_URL: mail.SMTP_URL })).toThrow(
    'MAIL_FROM must be set too: SMTP_URL, MAIL_FROM belong together.',
  );
  const pages = { PAGES_URL: 'https://traffic.example.com', API_URL: '/api' };
  expect(parseConfig({ ...COMPLETE, ...mail, ...pages })).toMatchObject({
    mail: { smtpUrl: mail.SMTP_URL, from: mail.MAIL_FROM, ca: null },
    apiUrl: 'https://traffic.example.com/api',
  });
  expect(parseConfig(COMPLETE)).toMatchObject({ mail: null, apiUrl: null });
});

test('deploy.sh accepts a complete deploy.env, and refuses a name that was changed', () => {
  expect(settingsProblems(COMPLETE_DEPLOYMENT)).toEqual([]);
  expect(settingsProblems({ ...COMPLETE_DEPLOYMENT, COLLECT_AT_ONCE: '5' })).toEqual([
    'COLLECT_AT_ONCE is called COLLECT_CONCURRENCY now: rename it where you set it, for example in deploy.env.',
  ]);
});

test('deploy.sh says once that PAGES_URL is not an origin', () => {
  expect(settingsProblems({ ...COMPLETE_DEPLOYMENT, PAGES_URL: 'traffic' })).toEqual([
    'PAGES_URL must be the address at which browsers get the bucket, an origin such as https://traffic.example.com.',
  ]);
});

test('deploy.sh warns about settings for rehearsals only', () => {
  expect(settingsWarnings({ ...COMPLETE_DEPLOYMENT, NOW: '2026-01-14T06:00:00Z' })).toEqual([
    'NOW is set: the deployed system will take that instant for the present.',
  ]);
});

test('values missing from deploy.env are empty for wskdeploy, or derived from others', async () => {
  const given = { ...COMPLETE_DEPLOYMENT, PAGES_URL: 'https://traffic.example.com/', TOKEN_KEY_NEXT: 'next' };
  const environment = await completeEnvironment(given);
  expect(Object.keys(PARAMETERS).filter((name) => environment[name] === undefined)).toEqual([]);
  expect(environment).toMatchObject({
    ALLOWED_ORIGINS: 'https://traffic.example.com',
    API_URL: 'https://openwhisk.example.com/api/v1/web/traffic/traffic',
    TOKEN_KEY: `${COMPLETE.TOKEN_KEY} next`,
    DATABASE_URL: COMPLETE.DATABASE_URL,
    NOW: '',
  });
});

test('the installation’s secret has at least 16 characters, for the deployment and for the actions', () => {
  const problem = [
    'INIT_SECRET must be a secret of 16 characters or more, such as the output of openssl rand -hex 16.',
  ];
  expect(settingsProblems({ ...COMPLETE_DEPLOYMENT, INIT_SECRET: 'x'.repeat(15) })).toEqual(problem);
  expect(settingsProblems({ ...COMPLETE_DEPLOYMENT, INIT_SECRET: 'x'.repeat(16) })).toEqual([]);
  expect(() => parseConfig({ ...COMPLETE, INIT_SECRET: 'x'.repeat(15) })).toThrow(problem[0]);
});
