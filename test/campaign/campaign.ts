import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Instant } from '../../lib/instant.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { openActivationWatch } from './activations.ts';
import { type Cable, openCable } from './cable.ts';
import { checkStep } from './check-step.ts';
import { startFaults } from './faults.ts';
import { openWatchedGitHub, type WatchedGitHub } from './github.ts';
import { hasOutage, startOutage } from './outage.ts';
import { type Plan, type Step, toPlan } from './plan.ts';
import { type BadlyTreatedServer, openBadlyTreatedServer } from './server.ts';
import type { CampaignSize } from './size.ts';
import { openTally, type Tally } from './tally.ts';
import { openTroublemaker, type Troublemaker } from './troublemaker.ts';
import { addRepositoriesToGitHub, type CampaignTenant, createTenants, type Tracked } from './world.ts';

/** The product, its surroundings, and what became of them. */
export interface Campaign {
  size: CampaignSize;
  plan: Plan;
  installation: TestInstallation;
  server: BadlyTreatedServer;
  tenants: CampaignTenant[];
  tracked: Tracked[];
  tally: Tally;
  /** The instants at which something was killed or cut. */
  harmed: Set<Instant>;
  /** What went wrong that never may, as sentences. */
  problems: string[];
  /** Lives through all days. */
  live(tell: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

const ADMINISTRATOR = 'ada@example.com';

/** Opens everything, each part with a clean-up of its own. */
async function openParts(size: CampaignSize, plan: Plan, later: (cleanUp: () => unknown) => void) {
  let now = new Date(plan.days[0]?.steps[0]?.at ?? 0);
  const tally = openTally();
  const parts: { installation?: TestInstallation; cable?: Cable } = {};
  const dataDir = await mkdtemp(path.join(tmpdir(), 'campaign-'));
  later(() => rm(dataDir, { recursive: true, force: true }));
  const server = await openBadlyTreatedServer(dataDir);
  later(server.close);
  const requireOpen = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('The campaign has not begun.');
    return part;
  };
  const trouble = openTroublemaker({
    host: () => requireOpen(parts.installation).host,
    cable: () => requireOpen(parts.cable),
    server,
  });
  const openGitHub = async (basePath: string): Promise<WatchedGitHub> => {
    const served = await openWatchedGitHub({
      ...{ seed: size.seed, basePath, clock: () => now },
      onRequest: (phase) => void trouble.count(phase),
      onAnswer: tally.answer,
    });
    later(served.close);
    return served;
  };
  const githubs = { plain: await openGitHub(''), enterprise: await openGitHub('/api/v3') };
  const cable = await openCable(server.url(), (text) => {
    const fate = trouble.count('statement');
    return fate === 'pass' && text === 'commit' ? trouble.count('commit') : fate;
  });
  parts.cable = cable;
  later(cable.close);
  const installation = await openTestInstallation({
    ...{ now: now.toISOString(), databaseUrl: cable.url },
    environment: { DEMO_GITHUB_URL: githubs.plain.apiUrl, ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  parts.installation = installation;
  later(installation.close);
  const setNow = (instant: Instant) => {
    now = new Date(instant);
    installation.now(instant);
  };
  return { installation, server, githubs, trouble, tally, setNow };
}

export async function openCampaign(size: CampaignSize): Promise<Campaign> {
  const cleanUps: (() => unknown)[] = [];
  const close = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse())
      await Promise.resolve(cleanUp()).catch((error: unknown) => console.error(error));
  };
  try {
    const plan = toPlan(size);
    const parts = await openParts(size, plan, (cleanUp) => void cleanUps.push(cleanUp));
    const { installation, server, tally, githubs } = parts;
    const tenants = await createTenants(installation, githubs, size.tenants);
    const tracked = addRepositoriesToGitHub(tenants, plan.addedOn);
    const state = {
      ...{ size, plan, installation, server, tenants, tracked, tally },
      harmed: new Set<Instant>(),
    };
    const campaign = { ...state, problems: [] as string[], close };
    return { ...campaign, live: (tell) => live(campaign, parts, tell) };
  } catch (error) {
    await close();
    throw error;
  }
}

type Living = Omit<Campaign, 'live'>;
type Means = { trouble: Troublemaker; setNow: (instant: Instant) => void };

async function live(campaign: Living, means: Means, tell: (line: string) => void): Promise<void> {
  const { plan, tracked, tally, installation } = campaign;
  const watch = openActivationWatch(installation.host);
  for (const [index, { day, mood, steps, renamed }] of plan.days.entries()) {
    const lift = startOutage(campaign, day);
    for (const [number, step] of steps.entries()) {
      means.setNow(step.at);
      if (number === 0 && renamed !== null) rename(campaign, tracked[renamed]);
      await perform(campaign, means, { ...step, isCalm: mood === 'calm' });
      campaign.problems.push(...watch.look(step.at));
    }
    lift();
    tally.day(mood);
    await noteTracked(campaign);
    if ((index + 1) % 10 === 0) tell(`${day}, day ${index + 1} of ${plan.days.length}: ${tally.short()}`);
  }
}

/** Of two new names between two collections only one would be noticed. */
function rename(campaign: Living, tracked: Tracked | undefined): void {
  if (!tracked || hasOutage(campaign, tracked)) return;
  tracked.name = `${tracked.name}-renamed`.slice(-60);
  tracked.tenant.served.github.rename(tracked.id, { name: tracked.name });
  if (tracked.repositoryId !== null) tracked.renames += 1;
}

async function perform(
  campaign: Living,
  { trouble }: Means,
  step: Step & { isCalm: boolean },
): Promise<void> {
  const { tenants, tally, installation, harmed, server, problems } = campaign;
  const { host } = installation;
  for (const { rule } of step.faults) tally.fault(rule.kind);
  const lift = startFaults(tenants, step.faults);
  trouble.begin(step.mischief);
  for (const trigger of step.fires) await host.fire(trigger);
  for (const ask of [...toAdditions(campaign, step.at), ...toOrders(campaign, step)])
    await ask().catch((error: unknown) => {
      if (step.isCalm) throw error;
    });
  await host.settled();
  const acts = await trouble.end();
  lift();
  for (const act of acts) tally.act(act);
  if (acts.length > 0) harmed.add(step.at);
  problems.push(...(await checkStep(server, step.at)));
}

/** What is to be tracked by now, and is not yet: somebody adds it, again if need be. */
function toAdditions({ installation, tracked }: Living, at: Instant): (() => Promise<unknown>)[] {
  const due = tracked.filter((one) => one.repositoryId === null && one.addedOn <= at.slice(0, 10));
  return [...new Set(due.map(({ tenant }) => tenant))].map((tenant) => {
    const repositories = due
      .filter((one) => one.tenant === tenant)
      .map(({ name }) => ({ owner: tenant.login, name }));
    return () =>
      installation.as(ADMINISTRATOR)('POST', `/repositories/${tenant.tenantId}/batch`, { repositories });
  });
}

function toOrders({ installation, tenants }: Living, { person }: Step): (() => Promise<unknown>)[] {
  const tenantId = tenants[person?.tenant ?? -1]?.tenantId;
  if (!person || tenantId === undefined) return [];
  const request = person.verify ? { verify: true } : {};
  return [() => installation.as(ADMINISTRATOR)('POST', `/runs/${tenantId}`, request)];
}

/** The database knows what was added, also where whoever added it got no answer. */
async function noteTracked({ server, tracked }: Living): Promise<void> {
  if (tracked.every(({ repositoryId }) => repositoryId !== null)) return;
  const rows = await server.query<{ tenant_id: number; repository_id: number; github_id: string }>(
    'select tenant_id, repository_id, github_id from repository',
  );
  for (const one of tracked) {
    const row = rows.find((two) => two.tenant_id === one.tenant.tenantId && Number(two.github_id) === one.id);
    one.repositoryId = row?.repository_id ?? null;
  }
}
