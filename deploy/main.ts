import path from 'node:path';
import { SCHEMA_VERSION } from '../lib/db/schema.ts';
import { withAppId } from './app-id.ts';
import { readHolder, releaseLock, takeLock } from './lock.ts';
import { listStale, readPages, removePages, uploadPages } from './pages.ts';
import { openPlatform, PACKAGE, type Platform, readBoundDatabase } from './platform.ts';
import { readProviderOrigins } from './provider.ts';
import { rotate } from './rotate.ts';
import { readSettings, type Settings, settingsProblems, settingsWarnings } from './settings.ts';
import { openStore } from './store.ts';
import { readApiState, verify } from './verify.ts';

const PAGES = path.join(import.meta.dirname, '../static');
const say = (line: string) => console.log(`   ${line}`);

const platformOf = (settings: Settings) => openPlatform(settings);
const storeOf = (settings: Settings) => openStore(settings.store);
/** The process of deploy.sh, which outlives each call of this program. */
const deployPid = () => Number(process.env.DEPLOY_PID) || process.ppid;
const staleBefore = ({ keepHours }: Settings) => new Date(Date.now() - keepHours * 3_600_000);

/** Prints what is missing or malformed, a sentence a line. */
function check(environment: NodeJS.ProcessEnv): void {
  for (const warning of settingsWarnings(environment)) console.error(`   ${warning}`);
  for (const problem of settingsProblems(environment)) say(problem);
}

/** Prints ISSUER, CLIENT_ID and SCOPE, a line each, for deploy.sh. */
function printAppId(environment: NodeJS.ProcessEnv): void {
  const { ISSUER, CLIENT_ID, SCOPE } = withAppId(environment);
  for (const value of [ISSUER, CLIENT_ID, SCOPE]) console.log(value);
}

/** Prints the database of the deployed package; nothing where there is none. */
async function printDatabase(environment: NodeJS.ProcessEnv): Promise<void> {
  if (['APIHOST', 'AUTH', 'NAMESPACE'].every((name) => environment[name]))
    console.log(await readBoundDatabase(platformOf(readSettings(environment))));
}

/** A newer database must be found before the actions are replaced by older ones. */
async function requireSchema(settings: Settings): Promise<void> {
  const state = await readApiState(settings).catch(() => null);
  const stored = state?.schema.stored ?? 0;
  if (stored > SCHEMA_VERSION)
    throw new Error(
      `The database has schema version ${stored}, but this checkout knows ${SCHEMA_VERSION}: deploy the newer version.`,
    );
}

/** Says all that is wrong at once. */
async function requireAll(checks: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(checks);
  const problems = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason.message] : [],
  );
  if (problems.length > 0) throw new Error(problems.join('\n   '));
}

/** The namespace and the bucket. */
async function access(settings: Settings): Promise<void> {
  await requireAll([platformOf(settings).requireAccess(), storeOf(settings).requireAccess()]);
}

/** Everything outside that a deployment needs. */
async function preflight(settings: Settings): Promise<void> {
  await requireAll([access(settings), readProviderOrigins(settings.issuer), requireSchema(settings)]);
}

async function upgrade(settings: Settings): Promise<void> {
  const { schema, resealed } = await platformOf(settings).invoke('upgrade');
  say(`Schema version ${schema}${resealed ? `, ${resealed} GitHub tokens sealed again` : ''}.`);
}

async function upload(settings: Settings): Promise<void> {
  const uploads = await readPages(PAGES, settings);
  const removed = await uploadPages(storeOf(settings), uploads, staleBefore(settings));
  say(`${uploads.length} files uploaded, ${removed.length} of earlier deployments removed.`);
}

async function plan(settings: Settings): Promise<void> {
  const uploads = await readPages(PAGES, settings);
  for (const { key, headers } of uploads)
    say(`upload ${key} (${headers['content-type']}, ${headers['cache-control']})`);
  const current = uploads.map(({ key }) => key);
  const store = storeOf(settings);
  for (const key of await listStale({ store, current, before: staleBefore(settings) })) say(`remove ${key}`);
}

async function tellVerified(settings: Settings): Promise<void> {
  const { initialized } = await verify(settings);
  console.log(`Deployed: ${settings.pagesUrl}`);
  if (!initialized) console.log('Nothing is set up yet: open it, sign in and give INIT_SECRET.');
}

/** The installation's name is the confirmation. */
async function deleteData(settings: Settings): Promise<void> {
  await platformOf(settings).invoke('delete-data', { confirmation: process.env.DELETE_DATA ?? '' });
  say('All tables are dropped.');
}

const ALARMS = [
  ['Alarm', 'daily', 'collect-daily'],
  ['Sweep', 'hourly', 'sweep-hourly'],
  ['Watchdog', 'hourly', 'watch-hourly'],
  ['Weekly report', 'weekly', 'report-weekly'],
] as const;

async function describeAlarm(platform: Platform, trigger: string, ruleName: string): Promise<string> {
  const [alarm, rule] = await Promise.all([platform.readAlarm(trigger), platform.get(`rules/${ruleName}`)]);
  return `${alarm?.active ? 'active' : (alarm?.reason ?? 'none')}; its rule: ${rule?.status ?? 'none'}`;
}

/** Says what is deployed. Never fails for what is not there. */
async function status(settings: Settings): Promise<void> {
  const platform = platformOf(settings);
  await platform.requireAccess();
  const [pack, holder] = await Promise.all([platform.get(`packages/${PACKAGE}`), readHolder(platform)]);
  const names = pack?.actions?.map(({ name }) => name).sort() ?? [];
  say(pack ? `Actions: ${names.join(', ')} (package version ${pack.version})` : 'Actions: not deployed');
  for (const [name, trigger, rule] of ALARMS)
    say(`${name}: ${pack ? await describeAlarm(platform, trigger, rule) : 'none'}`);
  const api = await readApiState(settings).catch((error: Error) => error.message);
  if (api === null || typeof api === 'string') say(`API: ${api ?? 'not there'}`);
  else
    say(
      `API: answers; ${api.initialized ? 'initialised' : 'not initialised'}, schema version ${api.schema.stored}`,
    );
  const pages = await verify(settings).then(
    () => 'as deployed',
    (error: Error) => error.message,
  );
  say(`Pages: ${pages}`);
  if (holder) say(`A deployment of ${holder.user} on ${holder.host} has been running since ${holder.since}.`);
}

async function removePagesOf(settings: Settings): Promise<void> {
  say(`${await removePages(storeOf(settings))} files removed; the bucket is left alone.`);
}

const rotateSecrets = (settings: Settings) =>
  rotate({
    platform: platformOf(settings),
    file: process.env.DEPLOY_ENV ?? 'deploy.env',
    tell: say,
    wait: process.env.ROTATION_WAIT ? Number(process.env.ROTATION_WAIT) : undefined,
  });

const COMMANDS: Record<string, (settings: Settings) => Promise<void>> = {
  access,
  preflight,
  lock: (settings) => takeLock(platformOf(settings), deployPid(), new Date()),
  unlock: (settings) => releaseLock(platformOf(settings), deployPid()),
  upgrade,
  upload,
  plan,
  verify: tellVerified,
  status,
  'remove-pages': removePagesOf,
  'delete-data': deleteData,
  rotate: rotateSecrets,
};

async function run(command: string): Promise<void> {
  if (command === 'check') return check(process.env);
  if (command === 'app-id') return printAppId(process.env);
  if (command === 'database') return printDatabase(process.env);
  const found = COMMANDS[command];
  if (!found)
    throw new Error(`deploy/main.ts knows: check, app-id, database, ${Object.keys(COMMANDS).join(', ')}.`);
  await found(readSettings(process.env));
}

run(process.argv[2] ?? '').catch((error: Error) => {
  console.error(error.constructor === Error ? `   ${error.message}` : error);
  process.exitCode = 1;
});
