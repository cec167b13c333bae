import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostOptions } from '../../local/openwhisk.ts';
import { ECHO, KEY, NS, type RunningHost, startHost } from '../openwhisk-fixture.ts';
import { CERTIFICATE, TLS } from '../tls.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { openRest, type Rest, readNamespace } from './wskdeploy.ts';

/** Platforms that differ from a stock one. */

let cloud: Cloud;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  for (const close of closing) await close();
  await cloud?.close();
});

interface Other {
  host: RunningHost;
  rest: Rest;
  /** Sends a lifecycle event of a trigger to the alarm's feed. */
  feed(event: string, trigger: string, parameters?: object): ReturnType<Rest>;
  /** Changes of the variables that make deploy.sh use this platform. */
  variables: Record<string, string>;
}

/** Another platform, with an empty namespace. */
async function openOther(options: Partial<HostOptions> = {}): Promise<Other> {
  const host = await startHost({ alarms: false, ...options });
  closing.push(host.close);
  const system = openRest(host.url, KEY, 'whisk.system');
  return {
    host,
    rest: openRest(host.url, KEY),
    feed: (lifecycleEvent, trigger, parameters = {}) =>
      system('POST', 'actions/alarms/alarm?blocking=true&result=true', {
        ...parameters,
        lifecycleEvent,
        triggerName: `/${NS}/${trigger}`,
        authKey: KEY,
      }),
    variables: { APIHOST: host.url, AUTH: KEY },
  };
}

const CHECKED = '== Checking the access to the namespace and the buckets';

test('a platform without the kind and without alarms is refused before anything is overwritten', async () => {
  const kinds = [{ kind: 'nodejs:14', default: true }, { kind: 'nodejs:16' }] as const;
  const { rest, variables } = await openOther({ kinds, alarmsVersion: null });
  await rest('PUT', 'packages/traffic', {});
  await rest('PUT', 'actions/traffic/me', { exec: { kind: 'nodejs:16', code: ECHO } });
  const before = await readNamespace(rest);
  for (const args of [['--dry-run'], []]) {
    const { code, output } = await cloud.deploy(args, variables);
    expect(code).toBe(1);
    expect(output).toContain(
      `${variables.APIHOST} does not run nodejs:20; it offers nodejs:14 and nodejs:16.`,
    );
    expect(output).toContain('whisk.runtimes');
    expect(output).toContain('ACTION_IMAGE');
    expect(output).toContain(`${variables.APIHOST} has no package /whisk.system/alarms`);
    expect(output.split(CHECKED)[1]).not.toContain('\n== ');
  }
  expect(await readNamespace(rest)).toEqual(before);
  expect(await cloud.bucket.keys()).toEqual([]);
  const inImage = await cloud.deploy(['--dry-run'], {
    ...variables,
    ACTION_IMAGE: 'registry.example/node:20',
  });
  expect(inImage.output).not.toContain('does not run');
  expect(inImage.output).toContain('has no package /whisk.system/alarms');
});

test('before the first deployment, rotating and deleting the data are refused in one sentence', async () => {
  const { variables } = await openOther();
  const file = path.join(cloud.checkout, 'deploy.env');
  const kept = `TOKEN_KEY=${cloud.variables.TOKEN_KEY}\n`;
  await writeFile(file, kept);
  const rotated = await cloud.deploy(['rotate'], variables);
  expect(rotated).toMatchObject({
    code: 1,
    output: expect.stringContaining(`Nothing is deployed in ${NS} yet: run ./deploy.sh first.`),
  });
  expect(await readFile(file, 'utf8')).toBe(kept);
  const deleted = await cloud.deploy(['undeploy', '--delete-data=Test'], variables);
  expect(deleted).toMatchObject({
    code: 1,
    output: expect.stringContaining('Nothing is deployed in guest, so no action can delete the data.'),
  });
});

test('a trigger that is lost while its feed still has it is found by status and repaired by deploy', async () => {
  const { rest, feed, variables } = await openOther({ alarms: true, alarmsVersion: '2.0.0' });
  const first = await cloud.deploy([], variables);
  expect(first).toMatchObject({ code: 0 });
  await rest('DELETE', 'triggers/daily');
  await feed('DELETE', 'hourly');
  await feed('DELETE', 'weekly');
  await feed('CREATE', 'weekly', { cron: '* * * * * *', maxTriggers: 1 });
  await expect.poll(async () => (await feed('READ', 'weekly')).body.status.active).toBe(false);

  const lost = await cloud.deploy(['status'], variables);
  expect(lost.output).toContain('Trigger daily: missing; rules: collect-daily inactive');
  expect(lost.output).toContain('Trigger hourly: no alarm; rules: report-hourly active');
  expect(lost.output).toContain(
    'Trigger weekly: disabled (Automatically disabled after reaching max triggers); rules: report-weekly active',
  );
  expect(lost.output).toContain('Run ./deploy.sh to repair this.');

  const broken = path.join(cloud.checkout, 'broken');
  await writeFile(broken, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const failed = await cloud.deploy([], { ...variables, WSKDEPLOY: broken });
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('Trigger daily: missing; rules: collect-daily inactive');

  const repaired = await cloud.deploy([], variables);
  expect(repaired).toMatchObject({ code: 0 });
  const status = await cloud.deploy(['status'], variables);
  expect(status.output).toContain('Trigger daily: active; rules: collect-daily active');
  expect(status.output).toContain('Trigger weekly: active; rules: report-weekly active');
  expect(status.output).not.toContain('to repair this');
});

test('an action that cannot start another fails the deployment with the cause, and OPENWHISK_CA lets it', async () => {
  const { host, rest, variables } = await openOther();
  const secure = createServer(TLS, (request, response) => void host.host.handle(request, response));
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  closing.push(async () => {
    secure.close();
    secure.closeAllConnections();
  });
  const secureUrl = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
  host.host.apiHost(secureUrl);

  const failed = await cloud.deploy([], variables);
  expect(failed.code).toBe(1);
  expect(failed.output).toContain(
    'The action traffic/check-start failed: The platform did not start check-start (self-signed certificate). Nothing is collected until this is fixed. Set OPENWHISK_CA or OPENWHISK_API_HOST, and deploy again.',
  );
  const direct = await cloud.deploy(['status'], { ...variables, APIHOST: secureUrl });
  expect(direct.output).toContain(
    `${secureUrl} has a certificate that Node.js does not trust (DEPTH_ZERO_SELF_SIGNED_CERT): set OPENWHISK_CA to`,
  );

  await writeFile(path.join(cloud.checkout, 'ca.pem'), CERTIFICATE);
  const mail = { SMTP_URL: 'smtps://mail.example.org', MAIL_FROM: 'traffic@example.org', SMTP_CA: 'ca.pem' };
  const trusting = { ...variables, ...mail, APIHOST: secureUrl, OPENWHISK_CA: 'ca.pem' };
  expect(await cloud.deploy([], trusting)).toMatchObject({ code: 0 });
  const boundTo = async (entity: string, name: string) => {
    const { body } = await rest('GET', entity);
    return body.parameters.find(({ key }: { key: string }) => key === name)?.value;
  };
  expect(await boundTo('packages/traffic', 'OPENWHISK_CA')).toBe(CERTIFICATE);
  expect(await boundTo('packages/traffic', 'SMTP_CA')).toBeUndefined();
  expect(await boundTo('actions/traffic/report-now', 'SMTP_CA')).toBe(CERTIFICATE);

  const elsewhere = { ...variables, OPENWHISK_API_HOST: host.url };
  expect(await cloud.deploy([], elsewhere)).toMatchObject({ code: 0 });
});

test('a deployment that uses up the minute waits for the next one, and loses no trigger', async () => {
  let minute = Date.UTC(2026, 0, 14, 8);
  const clock = () => new Date(minute);
  const allowed = 40;
  const { rest, feed, variables } = await openOther({ clock, limits: { invocationsPerMinute: allowed } });
  expect(await cloud.deploy([], variables)).toMatchObject({ code: 0 });
  minute += 60_000;
  // Enough is left for the checks and wskdeploy's first call of a feed, not for the second.
  for (let call = 0; call < allowed - 3; call += 1) await feed('READ', 'daily');

  const env = { PATH: process.env.PATH, HOME: cloud.checkout, ...cloud.variables, ...variables };
  const child = spawn('bash', ['deploy.sh'], { cwd: cloud.checkout, env });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  await expect.poll(() => output, { timeout: 120_000 }).toContain('waiting for the next minute');
  const { triggers } = await readNamespace(rest);
  const lost = ['daily', 'hourly', 'weekly'].filter((name) => !triggers?.some((one) => one.name === name));
  expect(lost).toHaveLength(1);
  minute += 60_000;
  expect([(await ended)[0], output]).toEqual([0, expect.stringContaining('Deployed: ')]);
  const status = await cloud.deploy(['status'], variables);
  for (const line of [
    'Trigger daily: active; rules: collect-daily active',
    'Trigger hourly: active; rules: report-hourly active, sweep-hourly active, watch-hourly active',
    'Trigger weekly: active; rules: report-weekly active',
  ])
    expect(status.output).toContain(line);
});

test('a deployment waits for actions that the platform answers 202, and names an API that stays that slow', async () => {
  const { host, variables } = await openOther({ limits: { blockingWait: 0 } });
  const slow = await cloud.deploy([], variables);
  expect(slow).toMatchObject({ code: 1 });
  expect(slow.output).toMatch(/Schema version \d+/);
  expect(slow.output).toMatch(/The API takes longer than a minute to answer GET \/(init|me):/);
  host.host.setLimits({ blockingWait: 60_000 });
  expect(await cloud.deploy([], variables)).toMatchObject({ code: 0 });
});
