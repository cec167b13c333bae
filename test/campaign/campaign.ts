import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Day } from '../../lib/day.ts';
import type { Instant } from '../../lib/instant.ts';
import type { AnswerKind } from '../../local/github/traffic.ts';
import { onPort } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { openActivationWatch } from './activations.ts';
import { type Cable, openCable } from './cable.ts';
import { checkStep } from './check-step.ts';
import { checkStored } from './check-stored.ts';
import { readEvidence } from './evidence.ts';
import { startFaults } from './faults.ts';
import { startFreeze } from './freeze.ts';
import { openWatchedGitHub, type WatchedGitHub } from './github.ts';
import { hasOutage, startOutage } from './outage.ts';
import type { Campaign } from './parts.ts';
import { noteTracked, toAdditions, toOrders } from './people.ts';
import { type Plan, toPlan } from './plan.ts';
import { openBadlyTreatedServer } from './server.ts';
import type { CampaignSize } from './size.ts';
import type { Step } from './steps.ts';
import { openTally } from './tally.ts';
import { openTroublemaker, type Troublemaker } from './troublemaker.ts';
import { addRepositoriesToGitHub, createTenants, type Tracked } from './world.ts';

/** Opens everything. Each part has its own clean-up. */
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
  const openGitHub = async (
    basePath: string,
    answers: AnswerKind,
    elsewhere?: WatchedGitHub,
  ): Promise<WatchedGitHub> => {
    const served = await openWatchedGitHub({
      seed: size.seed,
      basePath,
      answers,
      elsewhere,
      clock: () => now,
      onRequest: (phase) => void trouble.count(phase),
      onAnswer: tally.answer,
    });
    later(served.close);
    return served;
  };
  const sparse = await openGitHub('', 'sparse');
  const githubs = {
    plain: await openGitHub('', 'published', sparse),
    sparse,
    enterprise: await openGitHub('/api/v3', 'sparse'),
  };
  const cable = await openCable(server.urls().admin, (text) => {
    const fate = trouble.count('statement');
    return fate === 'pass' && text === 'commit' ? trouble.count('commit') : fate;
  });
  parts.cable = cable;
  later(cable.close);
  const installation = await openTestInstallation({
    now: now.toISOString(),
    databaseUrls: onPort(server.urls(), new URL(cable.url).port),
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
      size,
      plan,
      installation,
      server,
      tenants,
      tracked,
      tally,
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
    const lifts = [startOutage(campaign, day), startFreeze(campaign, day)];
    for (const [number, step] of steps.entries()) {
      means.setNow(step.at);
      if (number === 0 && renamed !== null) rename(campaign, tracked[renamed]);
      await perform(campaign, means, { ...step, isCalm: mood === 'calm' });
      campaign.problems.push(...watch.look(step.at));
    }
    for (const lift of lifts) lift();
    tally.day(mood);
    await noteTracked(campaign);
    if (mood === 'disturbed') campaign.problems.push(...(await checkToday(campaign, day)));
    if (campaign.problems.length > 0) return;
    if ((index + 1) % 10 === 0) tell(`${day}, day ${index + 1} of ${plan.days.length}: ${tally.short()}`);
  }
}

/** Checks the stored data in the middle of trouble: later readings could hide an error. */
async function checkToday(campaign: Living, day: Day): Promise<string[]> {
  const { problems } = await checkStored(campaign, await readEvidence(campaign));
  return problems.map((problem) => `after ${day}: ${problem}`);
}

/** Two renames between two collections would be noticed as one. */
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
