import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Activation } from '../local/openwhisk/activations.ts';
import { readSchedule } from '../local/openwhisk/schedule.ts';
import type { RunningHost } from './openwhisk-fixture.ts';
import { basic, ECHO, KEY, NS, pairs, putAction, putPackage, startHost } from './openwhisk-fixture.ts';

/** Triggers, rules and alarms, and the npm client inside an action. */

let running: RunningHost;
/** If set, time stands still for the host, so a test can arrange what happens in the next second. */
let held: Date | null = null;
beforeAll(async () => {
  running = await startHost({ clock: () => held ?? new Date() });
  await putPackage(running, 'p', { parameters: pairs({ fromPackage: 1, same: 'package' }) });
  await putAction(running, 'p/echo', { code: ECHO, parameters: { fromAction: 2, same: 'action' } });
});
afterAll(() => running.close());

async function createRule(rule: string, trigger: string, action: string, parameters = {}): Promise<void> {
  await running.rest('PUT', `/_/triggers/${trigger}?overwrite=true`, { parameters: pairs(parameters) });
  const answer = await running.rest('PUT', `/_/rules/${rule}?overwrite=true`, {
    trigger: `/_/${trigger}`,
    action: `/_/${action}`,
  });
  expect(answer.status, answer.text).toBe(200);
}

const find = (host: RunningHost, accept: (activation: Activation) => boolean) =>
  host.host.activations().find(accept);

/** The activation that a rule started. */
async function startedBy(triggerActivation: string | undefined): Promise<Activation> {
  const record = find(running, ({ activationId }) => activationId === triggerActivation);
  const { activationId } = JSON.parse(record?.logs[0] ?? '{}');
  await expect.poll(() => find(running, (other) => other.activationId === activationId)).toBeDefined();
  return find(running, (other) => other.activationId === activationId) as Activation;
}

describe('triggers and rules', () => {
  test('A trigger fired without a payload gets the payload of an alarm that has none', async () => {
    await createRule('r0', 't0', 'p/echo');
    const activation = await startedBy(await running.host.fire('t0'));
    expect(activation.response.result).toMatchObject({ content: { payload: '' } });
  });

  test('A trigger without an active rule does nothing', async () => {
    await running.rest('PUT', '/_/triggers/lonely', {});
    expect(await running.host.fire('lonely')).toBeUndefined();
    expect((await running.rest('POST', '/_/triggers/lonely', {})).status).toBe(204);
    await createRule('paused', 'lonely', 'p/echo');
    await running.rest('POST', '/_/rules/paused', { status: 'inactive' });
    expect((await running.rest('POST', '/_/triggers/lonely', {})).status).toBe(204);
    await running.rest('POST', '/_/rules/paused', { status: 'active' });
    expect((await running.rest('POST', '/_/triggers/lonely', {})).status).toBe(202);
  });

  test("The action gets its own, the trigger's and the payload's values, and the headers of the request that fired", async () => {
    await createRule('r1', 't1', 'p/echo', { same: 'trigger', fromTrigger: 3 });
    const answer = await running.call('POST', `/api/v1/namespaces/${NS}/triggers/t1`, {
      headers: { authorization: basic(KEY), 'x-own': 'here' },
      body: { fromPayload: 4 },
    });
    expect(answer.status).toBe(202);
    const { content } = (await startedBy(answer.json.activationId)).response.result as {
      content: Record<string, unknown>;
    };
    expect(content).toMatchObject({
      fromPackage: 1,
      fromAction: 2,
      fromTrigger: 3,
      fromPayload: 4,
      same: 'trigger',
      __ow_headers: { authorization: basic(KEY), 'x-own': 'here' },
    });
    expect(content).not.toHaveProperty('__ow_method');
  });

  test('The payload wins over the trigger', async () => {
    await createRule('r2', 't2', 'p/echo', { same: 'trigger' });
    const activation = await startedBy(await running.host.fire('t2', { same: 'payload' }));
    expect(activation.response.result).toMatchObject({ content: { same: 'payload' } });
  });

  test("A final parameter in the payload breaks the rule silently: only the trigger's activation shows it", async () => {
    await putAction(running, 'p/final', { annotations: { final: true }, parameters: { mine: 1 } });
    await createRule('r3', 't3', 'p/final');
    const id = await running.host.fire('t3', { mine: 2 });
    const record = find(running, ({ activationId }) => activationId === id);
    expect(JSON.parse(record?.logs[0] ?? '')).toMatchObject({
      rule: `${NS}/r3`,
      action: `${NS}/p/final`,
      statusCode: 400,
      success: false,
    });
    expect(find(running, ({ name }) => name === 'final')).toBeUndefined();
  });

  test('A deleted action breaks the rule silently too', async () => {
    await putAction(running, 'p/gone');
    await createRule('r4', 't4', 'p/gone');
    await running.rest('DELETE', '/_/actions/p/gone');
    const id = await running.host.fire('t4');
    expect(JSON.parse(find(running, ({ activationId }) => activationId === id)?.logs[0] ?? '')).toMatchObject(
      {
        statusCode: 404,
      },
    );
  });

  test('Fires are throttled, and the activations of rules count as invocations', async () => {
    const now = new Date('2026-11-21T10:00:00Z');
    const busy = await startHost({
      clock: () => now,
      limits: { triggersPerMinute: 2, invocationsPerMinute: 1 },
    });
    await putAction(busy, 'echo');
    await busy.rest('PUT', '/_/triggers/t', {});
    await busy.rest('PUT', '/_/rules/r', { trigger: '/_/t', action: '/_/echo' });
    const codes = [];
    for (const _ of [1, 2]) {
      const id = await busy.host.fire('t');
      const [line = ''] = find(busy, ({ activationId }) => activationId === id)?.logs ?? [];
      codes.push(JSON.parse(line).statusCode);
    }
    expect(codes).toEqual([202, 429]);
    expect((await busy.rest('POST', '/_/triggers/t', {})).status).toBe(429);
    await expect(busy.host.fire('t')).rejects.toThrow(
      'Too many requests in the last minute (count: 4, allowed: 2).',
    );
    await busy.close();
  });
});

describe('schedules', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const fires = (feed: string, parameters: Record<string, unknown>, count = 3) => {
    const { next } = readSchedule(feed, parameters, now);
    const times: string[] = [];
    for (let at = next(now); at && times.length < count; at = next(at)) times.push(at.toISOString());
    return times;
  };

  test('A cron expression is read in UTC, with or without seconds, or in its own zone', () => {
    expect(fires('alarm', { cron: '0 6 * * *' }, 2)).toEqual([
      '2026-03-02T06:00:00.000Z',
      '2026-03-03T06:00:00.000Z',
    ]);
    expect(fires('alarm', { cron: '*/20 * * * * *' }, 2)).toEqual([
      '2026-03-01T12:00:20.000Z',
      '2026-03-01T12:00:40.000Z',
    ]);
    expect(fires('alarm', { cron: '0 6 * * *', timezone: 'America/New_York' }, 1)).toEqual([
      '2026-03-02T11:00:00.000Z',
    ]);
  });
  test('startDate and stopDate bound an alarm', () => {
    const parameters = {
      cron: '0 6 * * *',
      startDate: '2026-03-04T06:00:00Z',
      stopDate: '2026-03-05T07:00:00Z',
    };
    expect(fires('alarm', parameters)).toEqual(['2026-03-04T06:00:00.000Z', '2026-03-05T06:00:00.000Z']);
  });
  test('An interval begins half a minute from now and keeps its step', () => {
    expect(fires('interval', { minutes: 2 }, 2)).toEqual([
      '2026-03-01T12:00:30.000Z',
      '2026-03-01T12:02:30.000Z',
    ]);
    expect(fires('interval', { minutes: 60, startDate: now.getTime() + 1000 }, 2)).toEqual([
      '2026-03-01T12:00:01.000Z',
      '2026-03-01T13:00:01.000Z',
    ]);
  });
  test('A missed tick is not replayed: the next is after the present', () => {
    const { next } = readSchedule('interval', { minutes: 60 }, now);
    expect(next(new Date('2026-03-01T15:10:00Z'))?.toISOString()).toBe('2026-03-01T16:00:30.000Z');
  });
  test('once fires once', () => {
    expect(fires('once', { date: '2026-03-01T13:00:00Z' })).toEqual(['2026-03-01T13:00:00.000Z']);
  });
  test('Case 122: a payload is an object, or a string of its own name, which is empty if there is none', () => {
    const payload = (value?: unknown) =>
      readSchedule(
        'alarm',
        { cron: '* * * * *', ...(value !== undefined && { trigger_payload: value }) },
        now,
      ).payload;
    expect(payload({ a: 1 })).toEqual({ a: 1 });
    expect(payload('{"a":1}')).toEqual({ payload: '{"a":1}' });
    expect(payload('text')).toEqual({ payload: 'text' });
    expect(payload(null)).toEqual({});
    expect(payload()).toEqual({ payload: '' });
  });

  for (const [feed, parameters, reason] of [
    ['alarm', {}, 'missing the cron parameter'],
    ['alarm', { cron: '61 * * * *' }, 'is not valid'],
    ['alarm', { cron: '* * * *' }, 'is not valid'],
    ['alarm', { cron: '* * * * *', timezone: 'Nowhere/City' }, 'is not valid'],
    ['alarm', { cron: '* * * * *', startDate: '2020-01-01' }, 'must be in the future'],
    ['alarm', { cron: '* * * * *', stopDate: '2020-01-01' }, 'must be in the future'],
    ['alarm', { cron: '0 6 * * *', stopDate: '2026-03-01T12:30:00Z' }, 'does not come before the stopDate'],
    ['alarm', { cron: '* * * * *', stopDate: '2027-01-01', maxTriggers: 3 }, 'not allowed when stopDate'],
    [
      'alarm',
      { cron: '* * * * *', startDate: '2027-01-02', stopDate: '2027-01-01' },
      'must come after startDate',
    ],
    ['interval', {}, 'missing the minutes parameter'],
    ['interval', { minutes: 0.5 }, 'whole number'],
    ['once', {}, 'missing the date parameter'],
    ['once', { date: 'soon' }, 'not a valid Date'],
    ['once', { date: '2026-03-01T12:00:00Z' }, 'must be in the future'],
    ['once', { date: '2027-01-01', deleteAfterFire: 'all' }, 'must be one of'],
    ['never', {}, 'no feed never'],
  ] as const)
    test(`${feed} refuses ${JSON.stringify(parameters)}`, () => {
      expect(() => readSchedule(feed, parameters, now)).toThrow(reason);
    });
});

describe('alarms', () => {
  const everySecond = `packages:
  p:
    actions:
      tick: { runtime: "nodejs:20", code: "const main = (args) => args" }
    triggers:
      second: { feed: /whisk.system/alarms/alarm, inputs: { cron: "* * * * * *" } }
    rules:
      tick: { trigger: second, action: tick }`;

  test("A manifest's alarm fires its trigger, whose rule runs the action", async () => {
    const alarmed = await startHost({}, everySecond);
    const ticks = () => alarmed.host.activations().filter(({ name }) => name === 'tick');
    await expect.poll(() => ticks().length).toBeGreaterThan(1);
    const result = ticks()[0]?.response.result as Record<string, unknown>;
    expect(Object.keys(result).sort()).toEqual(['__ow_headers', 'payload']);
    expect(result).toMatchObject({ payload: '', __ow_headers: { authorization: basic(KEY) } });
    await alarmed.close();
  });

  test('With alarms switched off nothing fires', async () => {
    const quiet = await startHost({ alarms: false }, everySecond);
    const feed = await quiet.rest('POST', '/whisk.system/actions/alarms/alarm?blocking=true&result=true', {
      lifecycleEvent: 'READ',
      triggerName: '/_/second',
      authKey: KEY,
    });
    expect(feed.json).toMatchObject({ config: { cron: '* * * * * *' }, status: { active: true } });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(quiet.host.activations().filter(({ name }) => name === 'tick')).toEqual([]);
    await quiet.close();
  });

  /** A future moment, for a feed created while time stands still. */
  async function inASecond<T>(create: (date: number) => Promise<T>): Promise<T> {
    held = new Date();
    const created = await create(held.getTime() + 1000);
    held = null;
    return created;
  }

  const feed = (name: string, event: string, trigger: string, parameters: object = {}) =>
    running.rest('POST', `/whisk.system/actions/alarms/${name}?blocking=true&result=false`, {
      ...parameters,
      lifecycleEvent: event,
      triggerName: `/_/${trigger}`,
      authKey: KEY,
    });

  test('once fires, and removes its trigger and rules if asked to', async () => {
    await createRule('once-rule', 'once', 'p/echo');
    const parameters = { trigger_payload: { at: 1 }, deleteAfterFire: 'rules' };
    const created = await inASecond((date) => feed('once', 'CREATE', 'once', { date, ...parameters }));
    expect(created.status, created.text).toBe(200);
    expect(created.json.response).toMatchObject({ success: true, status: 'success' });
    const fired = () =>
      find(running, ({ name, response }) => name === 'echo' && JSON.stringify(response).includes('"at":1'));
    await expect.poll(fired).toBeDefined();
    expect((await running.rest('GET', '/_/triggers/once')).status).toBe(404);
    expect((await running.rest('GET', '/_/rules/once-rule')).status).toBe(404);
  });

  test('A feed refuses invalid parameters with a 502 and a reason', async () => {
    const refused = await feed('alarm', 'CREATE', 'lonely', { cron: 'never' });
    expect(refused.status).toBe(502);
    expect(refused.json.response).toMatchObject({
      success: false,
      result: { error: expect.stringContaining('never') },
    });
    const foreign = await running.rest('POST', '/whisk.system/actions/alarms/alarm?blocking=true', {
      cron: '* * * * *',
      lifecycleEvent: 'CREATE',
      triggerName: '/_/lonely',
      authKey: 'wrong:key',
    });
    expect(foreign.status).toBe(502);
  });

  test('An alarm whose trigger is gone is disabled for good, and a feed can be deleted', async () => {
    await running.rest('PUT', '/_/triggers/missing', {});
    await inASecond((date) => feed('once', 'CREATE', 'missing', { date }));
    await running.rest('DELETE', '/_/triggers/missing');
    expect((await feed('once', 'READ', 'missing')).status).toBe(502);
    const ended = { event: 'alarm', trigger: `${NS}/missing`, disabled: true };
    await expect.poll(() => running.log).toContainEqual(expect.objectContaining(ended));
    await running.rest('PUT', '/_/triggers/missing', {});
    const { json } = await feed('once', 'READ', 'missing');
    expect(json.response.result.status).toMatchObject({
      active: false,
      reason: { kind: 'AUTO', statusCode: 404, message: expect.stringContaining('404') },
    });
    expect((await feed('once', 'DELETE', 'missing')).status).toBe(200);
    expect((await feed('once', 'READ', 'missing')).status).toBe(502);
  });

  test('Before 2.1.0 a feed cannot be created again while the provider has its alarm', async () => {
    const held = await startHost({ alarmsVersion: '2.0.0' });
    await held.rest('PUT', '/_/triggers/t', {});
    const send = (lifecycleEvent: string) =>
      held.rest('POST', '/whisk.system/actions/alarms/alarm?blocking=true', {
        lifecycleEvent,
        triggerName: '/_/t',
        authKey: KEY,
        cron: '0 8 * * *',
      });
    const statuses = [];
    for (const event of ['CREATE', 'CREATE', 'DELETE', 'CREATE']) statuses.push((await send(event)).status);
    expect(statuses).toEqual([200, 502, 200, 200]);
    await held.close();
  });

  test('Without the package of alarms its feeds are forbidden, as anything in a namespace of others', async () => {
    const bare = await startHost({ alarmsVersion: null });
    const answer = await bare.rest('POST', '/whisk.system/actions/alarms/alarm?blocking=true', {});
    expect(answer.status).toBe(403);
    await bare.close();
  });

  test('A tick missed while the host slept is lost', async () => {
    const begun = Date.now();
    let asleep = 0;
    const sleepy = await startHost({ clock: () => new Date(begun + asleep) });
    await sleepy.rest('PUT', '/_/triggers/once', {});
    await sleepy.rest('POST', '/whisk.system/actions/alarms/once?blocking=true', {
      date: begun + 1000,
      lifecycleEvent: 'CREATE',
      triggerName: '/_/once',
      authKey: KEY,
    });
    asleep = 300_000;
    await expect.poll(() => JSON.stringify(sleepy.log)).toContain('A tick was missed.');
    await sleepy.close();
  });

  test('Case 123: an alarm whose firing is refused ten times in a row is disabled for good', async () => {
    const refusing = await startHost({ limits: { triggersPerMinute: 0, alarmRetry: 1 } });
    await refusing.rest('PUT', '/_/triggers/often', {});
    const call = (event: string) =>
      refusing.rest('POST', '/whisk.system/actions/alarms/alarm?blocking=true&result=true', {
        cron: '* * * * * *',
        lifecycleEvent: event,
        triggerName: '/_/often',
        authKey: KEY,
      });
    await call('CREATE');
    const status = async () => (await call('READ')).json.status;
    await expect.poll(async () => (await status()).active).toBe(false);
    expect((await status()).reason).toEqual({
      kind: 'AUTO',
      statusCode: 429,
      message:
        'Automatically disabled after continuously receiving a 429 status code when firing the trigger',
    });
    expect(refusing.log.filter(({ event }) => event === 'alarm').length).toBeGreaterThanOrEqual(11);
    await refusing.close();
  });

  test('An alarm that is refused once fires a moment later', async () => {
    let refused = new Date('2026-11-21T10:00:00Z');
    const now = () => refused;
    const busy = await startHost({ clock: now, limits: { triggersPerMinute: 1, alarmRetry: 20 } });
    await busy.rest('PUT', '/_/triggers/soon', {});
    await putAction(busy, 'echo');
    await busy.rest('PUT', '/_/rules/r', { trigger: '/_/soon', action: '/_/echo' });
    await busy.rest('POST', '/whisk.system/actions/alarms/once?blocking=true', {
      date: refused.getTime() + 1,
      trigger_payload: { late: true },
      lifecycleEvent: 'CREATE',
      triggerName: '/_/soon',
      authKey: KEY,
    });
    await busy.host.fire('soon');
    refused = new Date(refused.getTime() + 1000);
    await expect.poll(() => JSON.stringify(busy.log)).toContain('Too many requests');
    refused = new Date(refused.getTime() + 60_000);
    await expect
      .poll(() => busy.host.activations().map(({ response }) => response.result))
      .toContainEqual(expect.objectContaining({ content: expect.objectContaining({ late: true }) }));
    await busy.close();
  });

  test('maxTriggers ends an alarm', async () => {
    await feed('alarm', 'CREATE', 'lonely', { cron: '* * * * * *', maxTriggers: 1 });
    const status = async () => (await feed('alarm', 'READ', 'lonely')).json.response.result.status;
    await expect.poll(async () => (await status()).active).toBe(false);
  });
});

describe('the npm client inside an action', () => {
  const client = (body: string) => `const openwhisk = require('openwhisk');
async function main(args) { const ow = openwhisk(); ${body} }`;
  const run = async (body: string, annotations = { 'provide-api-key': true }) => {
    await putAction(running, 'client', { code: client(body), annotations });
    return (await running.host.invoke('client', {})).response;
  };

  test('It invokes an action and gets the result', async () => {
    const { result } = await run(
      'return ow.actions.invoke({ name: "p/echo", blocking: true, result: true, params: { a: 1 } });',
    );
    expect(result).toMatchObject({ action: 'echo', content: { a: 1, fromAction: 2 } });
  });

  test('It starts an action without waiting, and finds its activation', async () => {
    const { result } =
      await run(`const { activationId } = await ow.actions.invoke({ name: "p/echo", params: { b: 2 } });
      for (let tries = 0; tries < 1000; tries++) {
        try { return { got: await ow.activations.result(activationId) }; }
        catch (error) { if (error.statusCode !== 404) throw error; await new Promise((done) => setTimeout(done, 20)); }
      }`);
    expect(result).toMatchObject({ got: { success: true, result: { content: { b: 2 } } } });
  });

  test('A failed action rejects with status 502 and the error of the action', async () => {
    await putAction(running, 'p/fails', { code: 'const main = () => ({ error: { code: "x" } });' });
    const { result } = await run(`try { await ow.actions.invoke({ name: "p/fails", blocking: true }); }
      catch (error) { return { status: error.statusCode, result: error.error.response.result }; }`);
    expect(result).toEqual({ status: 502, result: { error: { code: 'x' } } });
  });

  test('It fires a trigger', async () => {
    await createRule('from-client', 'client-trigger', 'p/echo');
    const { result } = await run('return ow.triggers.invoke({ name: "client-trigger", params: { c: 3 } });');
    const { activationId } = result as { activationId: string };
    expect((await startedBy(activationId)).response.result).toMatchObject({ content: { c: 3 } });
  });

  test('It manages packages, actions, triggers, rules and feeds', async () => {
    const { result, status } = await run(`
      await ow.packages.update({ name: 'made' });
      await ow.actions.create({ name: 'made/act', action: 'function main() { return { made: 1 } }', kind: 'nodejs:20', params: { q: 1 } });
      await ow.triggers.create({ name: 'made-trigger' });
      await ow.rules.create({ name: 'made-rule', action: 'made/act', trigger: 'made-trigger' });
      await ow.rules.disable({ name: 'made-rule' });
      await ow.feeds.create({ name: '/whisk.system/alarms/interval', trigger: 'made-trigger', params: { minutes: 5 } });
      const rule = await ow.rules.get('made-rule');
      const listed = await ow.actions.list();
      const content = await ow.packages.get('made');
      await ow.feeds.delete({ name: '/whisk.system/alarms/interval', trigger: 'made-trigger' });
      await ow.rules.delete('made-rule');
      await ow.triggers.delete('made-trigger');
      const full = await ow.packages.delete('made').catch((error) => error.statusCode);
      await ow.actions.delete('made/act');
      await ow.packages.delete('made');
      return { rule: rule.status, listed: listed.some(({ name }) => name === 'act'), content: content.actions.length, full };`);
    expect(status, JSON.stringify(result)).toBe('success');
    expect(result).toEqual({ rule: 'inactive', listed: true, content: 1, full: 409 });
  });

  test('Without a key, the error says so', async () => {
    const { result } = await run('return {};', { 'provide-api-key': false });
    expect(JSON.stringify(result)).toContain('Missing api_key parameter');
  });
});
