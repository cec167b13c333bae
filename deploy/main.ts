import { parseArgs } from 'node:util';
import { toActingUsers } from '../lib/db/isolation.ts';
import { SCHEMA_VERSION } from '../lib/db/schema.ts';
import type { Upgrade } from '../lib/upgrade.ts';
import { type Environment, withAppId } from './app-id.ts';
import { completeEnvironment } from './environment.ts';
import { readHolder, releaseDeploymentLock, takeDeploymentLock } from './lock.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { listStale, readPages, removePages, removeShared, uploadPages, uploadSharedPages } from './pages.ts';
import { openPlatform, PACKAGE, type Platform, readBoundDatabase } from './platform.ts';
import { readProviderOrigins } from './provider.ts';
import { rotate } from './rotate.ts';
import { describeSchedule, isAtWork, readSchedules, removeLostAlarms } from './schedules.ts';
import { readSettings, type Settings, settingsProblems, settingsWarnings } from './settings.ts';
import { openStore, type Store } from './store.ts';
import { readApiState, verify } from './verify.ts';
import { type Ended, findWskdeploy, openWskdeploy, type Wskdeploy } from './wskdeploy.ts';

/** The built pages. deploy.sh starts this program in the checkout. */
const PAGES = 'dist/static';
/** Repositories with doubtful days that are listed; the action's log has all. */
const MAX_EXAMPLES = 20;

const step = (line: string) => console.log(`== ${line}`);
const say = (line: string) => console.log(`   ${line}`);

/** The arguments are wrong: how deploy.sh is used is the answer. */
class UsageError extends Error {}

const COMMANDS = { deploy, undeploy, rotate: rotateSecrets, status };

interface Arguments {
  command: keyof typeof COMMANDS;
  dryRun: boolean;
  /** The installation's name, which confirms that all its data is to be deleted. */
  deleteData: string | undefined;
}

function isCommand(name: string): name is Arguments['command'] {
  return Object.hasOwn(COMMANDS, name);
}

function readArguments(args: string[]): Arguments {
  const options = { 'dry-run': { type: 'boolean' }, 'delete-data': { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [command = 'deploy', other] = positionals;
  if (!isCommand(command)) throw new UsageError(`deploy.sh does not know "${command}".`);
  if (other !== undefined) throw new UsageError(`deploy.sh takes one command, not "${other}" as well.`);
  const { 'dry-run': dryRun = false, 'delete-data': deleteData } = values;
  if (dryRun && command !== 'deploy' && command !== 'undeploy')
    throw new UsageError('--dry-run is for deploy and undeploy.');
  if (deleteData !== undefined && command !== 'undeploy')
    throw new UsageError('--delete-data is for undeploy.');
  return { command, dryRun, deleteData };
}

/** What must be undone before this program ends, the last thing first. */
const closing: (() => unknown)[] = [];

/** A failure does not keep the rest from being undone. */
async function close(): Promise<void> {
  for (const undo of closing.splice(0).reverse())
    await Promise.resolve()
      .then(undo)
      .catch(() => {});
}

/** Everything that a command works with. */
interface Deployment extends Arguments {
  environment: Environment;
  settings: Settings;
  platform: Platform;
  store: Store;
  wskdeploy: Wskdeploy;
  manifest: Manifest;
}

/** Throws one error with all that is wrong with the variables and the tools. */
async function open(given: Arguments): Promise<Deployment> {
  step('Checking the tools and the variables');
  const environment = await completeEnvironment(process.env);
  for (const warning of settingsWarnings(environment)) console.error(`   ${warning}`);
  const problems = settingsProblems(environment);
  const command = findWskdeploy(environment);
  if (command === null) {
    const name = environment.WSKDEPLOY || 'wskdeploy';
    problems.push(`${name} is missing: install Apache's wskdeploy or wsk, or name it with WSKDEPLOY.`);
  }
  if (command === null || problems.length > 0) throw new Error(problems.join('\n   '));
  const variables = withAppId(environment);
  const settings = readSettings(variables);
  const wskdeploy = openWskdeploy(command, variables, settings);
  closing.push(wskdeploy.close);
  const platform = openPlatform(settings, say);
  return {
    ...given,
    environment: variables,
    settings,
    platform,
    store: openStore(settings.store),
    wskdeploy,
    manifest: readManifest(variables),
  };
}

/** Throws one error with all that is wrong. */
async function requireAll(checks: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(checks);
  const problems = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason.message] : [],
  );
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n   '));
}

const checksOfAccess = ({ platform, store, settings: { files } }: Deployment) => [
  platform.requireAccess(),
  store.requireAccess(),
  ...(files ? [openStore(files, 'FILES').requireAccess()] : []),
];

async function checkAccess(deployment: Deployment): Promise<void> {
  step('Checking the access to the namespace and the buckets');
  await requireAll(checksOfAccess(deployment));
}

/** Checks everything outside that the command needs. */
async function checkAll(deployment: Deployment): Promise<void> {
  const { command, settings, platform, manifest } = deployment;
  const checksOfPlatform =
    command === 'deploy' ? [platform.requireKinds(manifest.kinds), platform.requireAlarms()] : [];
  step('Checking the access to the namespace and the buckets, the sign-in provider and the database');
  await requireAll([
    ...checksOfAccess(deployment),
    ...checksOfPlatform,
    readProviderOrigins(settings.issuer),
    requireSchema(settings),
  ]);
}

/** A newer database must be found before older actions replace those that can read it. */
async function requireSchema(settings: Settings): Promise<void> {
  const state = await readApiState(settings).catch(() => null);
  const stored = state?.schema.stored ?? 0;
  if (stored > SCHEMA_VERSION)
    throw new Error(
      `The database has schema version ${stored}, but this checkout knows ${SCHEMA_VERSION}: deploy the newer version.`,
    );
}

/** Keeps other deployments of the namespace out until this program ends. */
async function lock({ platform }: Deployment): Promise<void> {
  await takeDeploymentLock(platform, process.pid, new Date());
  closing.push(() => releaseDeploymentLock(platform, process.pid));
}

async function deploy(deployment: Deployment): Promise<void> {
  await checkAll(deployment);
  const { dryRun, environment, settings, platform, wskdeploy } = deployment;
  if (dryRun) return planDeployment(deployment);
  await lock(deployment);
  step(`Deploying the actions, triggers and rules to ${settings.namespace} with ${wskdeploy.name}`);
  await syncEntities(deployment);
  step('Creating or upgrading the tables');
  const { schema, weaknesses, resealed, traffic } = (await platform.invoke('upgrade')) as unknown as Upgrade;
  say(`Schema version ${schema}${resealed ? `, ${resealed} GitHub tokens sealed again` : ''}.`);
  for (const weakness of weaknesses) say(weakness);
  await correctDays(platform, traffic);
  step(`Uploading the pages to ${settings.store.bucket}`);
  await upload(deployment);
  step('Checking that an action can start another, and that the deployed system answers');
  await platform.invoke('check-start');
  const { initialized } = await verify(settings);
  console.log(`Deployed: ${settings.pagesUrl}`);
  if (!initialized) console.log('Nothing is set up yet. Open that address, sign in and enter INIT_SECRET.');
  if (environment.TOKEN_KEY_NEXT)
    console.log('A rotation was interrupted: run ./deploy.sh rotate to complete it.');
}

/** How often to start wskdeploy. */
const MAX_TRIES = 3;

/**
 * Feeds count as invocations. Where those of the minute are used up, wskdeploy stops, and has by then deleted a trigger:
 * start it again in the next minute.
 */
async function untilDone({ platform, wskdeploy }: Deployment, start: () => Promise<Ended>): Promise<void> {
  for (let tries = 1; (await start()) === 'throttled'; tries++) {
    if (tries === MAX_TRIES)
      throw new Error(
        `${wskdeploy.name} was refused ${MAX_TRIES} times, because others use up the calls of this namespace: deploy when it is quiet.`,
      );
    await platform.waitUntilFree();
  }
}

/** Makes the namespace what the manifest says. If that fails, shows what is there. */
async function syncEntities(deployment: Deployment): Promise<void> {
  const { platform, manifest, wskdeploy } = deployment;
  const { triggers } = manifest;
  try {
    await untilDone(deployment, async () => {
      await removeLostAlarms(platform, triggers);
      return wskdeploy.sync();
    });
    const schedules = await readSchedules(platform, triggers);
    if (!schedules.every(isAtWork))
      throw new Error(`${wskdeploy.name} succeeded, but not all triggers are at work.`);
  } catch (error) {
    step('What is there now');
    await showEntities(deployment).catch(({ message }: Error) => say(message));
    throw error;
  }
}

/** Continues the correction of stored days that the upgrade began, and says what changed. */
async function correctDays(platform: Platform, first: Upgrade['traffic']): Promise<void> {
  const parts = [first];
  for (let { next } = first; next !== null; ) {
    const { traffic } = (await platform.invoke('upgrade', { after: next })) as unknown as Upgrade;
    parts.push(traffic);
    next = traffic.next;
  }
  const sumOf = (count: 'falseZeros' | 'undecidedZeros') => parts.reduce((sum, part) => sum + part[count], 0);
  const wrong = sumOf('falseZeros');
  const undecided = sumOf('undecidedZeros');
  if (wrong > 0) say(`${wrong} days were zero because GitHub had sent old copies. They are unknown now.`);
  if (undecided === 0) return;
  say(`${undecided} more zeros may be wrong and stay. docs/operations.md says how to check them:`);
  for (const { repository, days } of parts.flatMap((part) => part.undecided).slice(0, MAX_EXAMPLES))
    say(`  ${repository}: ${days.join(', ')}`);
}

/** Until when a file of an earlier deployment must have been stored to be removed. */
const staleBefore = ({ keepHours }: Settings) => new Date(Date.now() - keepHours * 3_600_000);

async function planDeployment({ settings, store, wskdeploy }: Deployment): Promise<void> {
  step(`What ${wskdeploy.name} would deploy`);
  await wskdeploy.preview();
  step(`What would be uploaded to ${settings.store.bucket}`);
  const uploads = await readPages(PAGES, settings);
  for (const { key, headers } of uploads)
    say(`upload ${key} (${headers['content-type']}, ${headers['cache-control']})`);
  const current = uploads.map(({ key }) => key);
  for (const key of await listStale({ store, current, before: staleBefore(settings) })) say(`remove ${key}`);
}

async function upload({ settings, store }: Deployment): Promise<void> {
  const uploads = await readPages(PAGES, settings);
  const removed = await uploadPages(store, uploads, staleBefore(settings));
  say(`${uploads.length} files uploaded, ${removed.length} of earlier deployments removed.`);
  if (!settings.files) return say('Nothing can be shared: FILES_BUCKET is not set.');
  await uploadSharedPages(openStore(settings.files, 'FILES'), uploads);
  say(`Shared pages are served from ${settings.files.bucket} at ${settings.files.publicUrl}.`);
}

async function undeploy(deployment: Deployment): Promise<void> {
  await checkAll(deployment);
  const { dryRun, deleteData, settings, platform, store, wskdeploy } = deployment;
  const { namespace, store: bucketSettings } = settings;
  const { bucket } = bucketSettings;
  if (dryRun) {
    if (deleteData !== undefined) step('All data would be deleted');
    step(
      `What would be removed: the package ${PACKAGE} of ${namespace} with its triggers and rules, and the pages in ${bucket}`,
    );
    return showStatus(deployment);
  }
  if (deleteData !== undefined)
    await platform.requireDeployed(
      ', so no action can delete the data. Deploy first, or drop the tables in the database yourself.',
    );
  await lock(deployment);
  if (deleteData !== undefined) {
    step('Deleting all data');
    await platform.invoke('delete-data', { confirmation: deleteData });
    say('All tables are dropped.');
  }
  step(`Removing the actions, triggers and rules from ${namespace} with ${wskdeploy.name}`);
  await untilDone(deployment, wskdeploy.undeploy);
  step(`Removing the pages from ${bucket}`);
  say(`${await removePages(store)} files removed; the bucket itself stays.`);
  if (!settings.files) return;
  step(`Removing what is shared from ${settings.files.bucket}`);
  say(`${await removeShared(openStore(settings.files, 'FILES'))} files removed.`);
}

async function rotateSecrets(deployment: Deployment): Promise<void> {
  await checkAccess(deployment);
  const { environment, platform } = deployment;
  await lock(deployment);
  step('Rotating');
  const { DEPLOY_ENV = 'deploy.env', ROTATION_WAIT } = environment;
  const wait = ROTATION_WAIT ? Number(ROTATION_WAIT) : undefined;
  await rotate({ platform, file: DEPLOY_ENV, tell: say, wait });
}

async function status(deployment: Deployment): Promise<void> {
  await checkAccess(deployment);
  step('Status');
  await showStatus(deployment);
}

/** Prints the actions and the triggers. Returns whether all triggers are at work. */
async function showEntities({ platform, manifest }: Deployment): Promise<boolean> {
  const pack = await platform.get(`packages/${PACKAGE}`);
  const names = pack?.actions?.map(({ name }) => name).sort() ?? [];
  say(pack ? `Actions: ${names.join(', ')} (package version ${pack.version})` : 'Actions: not deployed');
  const schedules = await readSchedules(platform, manifest.triggers);
  for (const schedule of schedules) say(describeSchedule(schedule));
  return schedules.every(isAtWork);
}

/** Prints what is deployed. Whatever is missing is part of the answer. */
async function showStatus(deployment: Deployment): Promise<void> {
  const { settings, platform } = deployment;
  const isDeployed = (await platform.get(`packages/${PACKAGE}`)) !== null;
  if (!(await showEntities(deployment)) && isDeployed) say('Run ./deploy.sh to repair this.');
  say(`API: ${await describeApi(settings)}`);
  if (isDeployed) say(`Database: ${await describeDatabase(platform)}`);
  const pages = await verify(settings).then(
    () => 'as deployed',
    (error: Error) => error.message,
  );
  say(`Pages: ${pages}`);
  const holder = await readHolder(platform);
  if (holder) say(`A deployment by ${holder.user} on ${holder.host} has been running since ${holder.since}.`);
}

/** Which roles of the database the actions use. The database itself is not asked. */
async function describeDatabase(platform: Platform): Promise<string> {
  const bound = await readBoundDatabase(platform);
  const { web, collector } = toActingUsers({
    web: bound.DATABASE_URL,
    collector: bound.COLLECT_DATABASE_URL || bound.DATABASE_URL,
    owner: bound.UPGRADE_DATABASE_URL || bound.DATABASE_URL,
  });
  if (web && collector && web.name !== collector.name)
    return `${web.name} for pages, ${collector.name} for alarms; a third role owns the tables`;
  return 'not every action has a role of its own, so pages could drop tables; see docs/deploy.md#database-roles';
}

async function describeApi(settings: Settings): Promise<string> {
  const state = await readApiState(settings).catch((error: Error) => error.message);
  if (state === null) return 'not there';
  if (typeof state === 'string') return state;
  const { initialized, schema } = state;
  return `answers; ${initialized ? 'initialized' : 'not initialized'}, schema version ${schema.stored}`;
}

async function run(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  await COMMANDS[given.command](await open(given));
}

function isUsageError(error: NodeJS.ErrnoException): boolean {
  return error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') === true;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void close().then(() => process.exit(130)));

run()
  .catch((error: Error) => {
    if (isUsageError(error)) {
      // Node adds advice of its own about options that it does not know.
      const [sentence = ''] = error.message.split(/\.? To specify/);
      console.error(`${sentence.replace(/\.$/, '')}. ./deploy.sh --help shows what it takes.`);
      process.exitCode = 2;
      return;
    }
    console.error(error.constructor === Error ? `   ${error.message}` : error);
    console.error(
      'Stopped. Run ./deploy.sh again when this is fixed: it continues from what is already done.',
    );
    process.exitCode = 1;
  })
  .finally(close);
