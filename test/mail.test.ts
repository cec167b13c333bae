import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { toConfirmPage, toUnsubscribe } from '../lib/mail-links.ts';
import { openSecrets } from '../lib/secrets.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const NOW = '2026-03-10T08:00:00.000Z';
const MINUTE_MS = 60_000;

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let mend = () => {};

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ({ tenantId } = await installation.initialize({ tenantName: 'Nuts & <b>Bolts</b>' }));
  ada = installation.as('ada@example.com');
});
afterEach(() => {
  mend();
  mend = () => {};
  installation.now(NOW);
});
afterAll(() => installation.close());

const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const after = (minutes: number) =>
  installation.now(new Date(Date.parse(NOW) + minutes * MINUTE_MS).toISOString());

const add = (email: string, fields: object = {}, call: Call = ada) =>
  call('POST', `/channels/${tenantId}`, { kind: 'email', name: 'Mails', contents: 'both', email, ...fields });
const testTo = (channelId: number) => ada('POST', `/channels/${tenantId}/${channelId}/test`);
const askAgain = (channelId: number) => ada('POST', `/channels/${tenantId}/${channelId}/confirmation`);
const mailsTo = (email: string) => installation.mails.received().filter(({ to }) => to.includes(email));

/** The link of the newest mail to an address, and calls of the API with its token. */
function linkTo(email: string) {
  const text = mailsTo(email).at(-1)?.mail.text ?? '';
  const token = /\/mail#(\S+)/.exec(text)?.[1] ?? '';
  return {
    get: () => installation.anonymously('GET', `/mail/${token}`),
    say: (answer: string) => installation.anonymously('POST', `/mail/${token}/${answer}`),
  };
}

async function stateOf(channelId: number): Promise<string> {
  const { body } = await ada('GET', `/channels/${tenantId}`);
  return body.channels.find((one: { channelId: number }) => one.channelId === channelId).mail.state;
}

test('a stranger gets one mail that asks, and nothing else before they confirm; then mails come with their words', async () => {
  const { status, body } = await add('Stranger@Example.org');
  expect([status, body.addressHint, body.mail, body.failure]).toEqual([
    201,
    'stranger@example.org',
    { state: 'waiting', askedAt: NOW },
    null,
  ]);
  const { channelId } = body;
  expect(outcome(await testTo(channelId))).toEqual([409, 'mail_unconfirmed']);
  const [question, ...more] = mailsTo('stranger@example.org');
  expect(more).toEqual([]);
  expect(question?.mail.text).toContain('ada@example.com wants to send you mails');
  expect(question?.mail.text).toContain('“Nuts & <b>Bolts</b>”');
  expect(question?.mail.html).toContain('“Nuts &amp; &lt;b&gt;Bolts&lt;/b&gt;”');
  expect(question?.source).not.toMatch(/^List-Unsubscribe/m);

  const link = linkTo('stranger@example.org');
  expect((await link.get()).body).toEqual({
    use: 'confirm',
    email: 'stranger@example.org',
    tenant: { name: 'Nuts & <b>Bolts</b>' },
    askedBy: 'ada@example.com',
    state: 'waiting',
    onlySubscription: false,
  });
  // Programs that look into mails open links; that confirms nothing.
  expect(await stateOf(channelId)).toBe('waiting');
  for (let times = 0; times < 2; times++)
    expect((await link.say('confirm')).body).toMatchObject({ state: 'confirmed' });
  expect((await testTo(channelId)).body).toMatchObject({ sentAt: NOW, failure: null });
  expect(mailsTo('stranger@example.org').at(-1)?.mail).toMatchObject({
    subject: 'GitHub Traffic Analytics: test',
    from: { name: 'GitHub Traffic Analytics', address: 'traffic@localhost' },
  });
});

test('a person’s own address needs no confirmation, and that of another member does', async () => {
  const before = mailsTo('ada@example.com').length;
  const { body } = await add('ada@example.com');
  expect(body.mail).toEqual({ state: 'confirmed', askedAt: null });
  expect((await testTo(body.channelId)).status).toBe(200);
  expect(mailsTo('ada@example.com').length - before).toBe(1);
  await ada('PUT', `/members/${tenantId}/grace@example.com`, { role: 'manager' });
  const other = await add('alan@example.com', {}, installation.as('grace@example.com'));
  expect(other.body.mail.state).toBe('waiting');
});

test('one click of a mail program ends the mails, a GET ends nothing, and only the receiver lets them come again', async () => {
  const { body } = await add('ada@example.com', { name: 'One click' });
  await testTo(body.channelId);
  const mail = mailsTo('ada@example.com').at(-1);
  const headers = mail?.mail.headers ?? [];
  const header = (name: string) => headers.find(({ key }) => key === name)?.value ?? '';
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  const [, url = ''] = /^<(\S+)>$/.exec(header('list-unsubscribe')) ?? [];
  const page = `${installation.url}/mail#${url.split('/').at(-2)}`;
  expect(mail?.mail.text).toContain(`Unsubscribe: ${page}`);
  expect(mail?.mail.html).toContain(`href="${page}"`);

  const opened = await fetch(url, { redirect: 'manual' });
  expect([opened.status, opened.headers.get('location')]).toEqual([303, page]);
  expect(await stateOf(body.channelId)).toBe('confirmed');
  // What Gmail and others send: RFC 8058.
  for (let times = 0; times < 2; times++) {
    const form = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
  }
  const multipart = new FormData();
  multipart.set('List-Unsubscribe', 'One-Click');
  expect((await fetch(url, { method: 'POST', body: multipart })).status).toBe(200);
  expect(await stateOf(body.channelId)).toBe('stopped');
  const count = mailsTo('ada@example.com').length;
  expect(outcome(await testTo(body.channelId))).toEqual([409, 'mail_stopped']);
  const grace = installation.as('grace@example.com');
  await ada('PUT', `/members/${tenantId}/grace@example.com`, { role: 'manager' });
  const again = await add('ada@example.com', {}, grace);
  expect(again.body).toMatchObject({ mail: { state: 'stopped' }, failure: { code: 'mail_stopped' } });
  expect(mailsTo('ada@example.com')).toHaveLength(count);
  const link = linkTo('ada@example.com');
  expect((await link.say('resume')).body.state).toBe('confirmed');
  expect((await testTo(body.channelId)).status).toBe(200);
});

test('who declines is not asked again, and nothing is sent', async () => {
  const { body } = await add('no@example.org');
  expect((await linkTo('no@example.org').say('decline')).body.state).toBe('declined');
  after(60 * 24 * 30);
  expect(outcome(await askAgain(body.channelId))).toEqual([409, 'mail_stopped']);
  const other = await add('no@example.org', { name: 'Once more' });
  expect(other.body).toMatchObject({ mail: { state: 'declined' }, failure: { code: 'mail_stopped' } });
  expect(mailsTo('no@example.org')).toHaveLength(1);
});

test('nobody can flood a stranger: the pauses between questions grow, whoever asks', async () => {
  const { body } = await add('calm@example.org');
  const refused = await askAgain(body.channelId);
  expect(outcome(refused)).toEqual([429, 'too_many_mails']);
  expect(refused.headers.get('retry-after')).toBe('600');
  expect((await add('calm@example.org')).body.failure.code).toBe('too_many_mails');
  const pauses = [10, 60, 24 * 60, 7 * 24 * 60];
  let minutes = 0;
  for (const pause of pauses) {
    after(minutes + pause - 1);
    expect(outcome(await askAgain(body.channelId))).toEqual([429, 'too_many_mails']);
    minutes += pause;
    after(minutes);
    expect((await askAgain(body.channelId)).body.mail.state).toBe('waiting');
  }
  expect(mailsTo('calm@example.org')).toHaveLength(5);
});

test('two that ask at once send one mail', async () => {
  const added = await Promise.all([add('twice@example.org'), add('twice@example.org')]);
  expect(added.map(({ status }) => status)).toEqual([201, 201]);
  expect(mailsTo('twice@example.org')).toHaveLength(1);
});

test('a mail server that refuses is named, and leaves the address to be asked at once', async () => {
  mend = installation.mails.fail({
    kind: 'refuse',
    code: 550,
    message: 'No such user',
    to: 'gone@example.org',
  });
  const { body } = await add('gone@example.org');
  expect(body).toMatchObject({
    mail: { state: 'waiting', askedAt: null },
    failure: { code: 'mail_recipient_refused', message: expect.stringContaining('No such user') },
  });
  mend();
  expect((await askAgain(body.channelId)).body.mail).toEqual({ state: 'waiting', askedAt: NOW });
  mend = installation.mails.fail({ kind: 'refuse', code: 451, message: 'Greylisted' });
  const later = await ada('POST', `/channels/${tenantId}`, {
    kind: 'email',
    name: 'Later',
    contents: 'both',
    email: 'later@example.org',
  });
  expect(later.body.failure.code).toBe('mail_try_later');
});

test('no line of a header, and no markup, comes from a name', async () => {
  const name = 'Evil\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>';
  await ada('PATCH', `/tenants/${tenantId}`, { name: 'x' });
  const renamed = await ada('PATCH', `/tenants/${tenantId}`, { name });
  const { body } = await add('ada@example.com', { name: 'Named' });
  await testTo(body.channelId);
  const mail = mailsTo('ada@example.com').at(-1);
  expect([200, 400]).toContain(renamed.status);
  const names = mail?.mail.headers.map(({ key }) => key);
  expect(names).toContain('subject');
  expect(names).not.toContain('bcc');
  expect(mail?.to).toEqual(['ada@example.com']);
  expect(mail?.mail.html).not.toContain('<script');
  for (const email of [
    'a@example.org, b@example.org',
    'a@example.org\r\nBcc: eve@example.org',
    'Eve <eve@example.org>',
  ])
    expect(outcome(await add(email))).toEqual([400, 'invalid_input']);
  await ada('PATCH', `/tenants/${tenantId}`, { name: 'Nuts & <b>Bolts</b>' });
});

test('links that are not ours, that were changed, or that expired open nothing', async () => {
  const { TOKEN_KEY = '' } = installation.parameters;
  const secrets = openSecrets(TOKEN_KEY);
  const config = { pagesUrl: installation.url, apiUrl: `${installation.url}/api` };
  const services = { secrets, config, activation: { packageUrl: null } };
  const key = { tenantId, email: 'stranger@example.org' };
  const tokenOf = (page: string) => page.split('#')[1] ?? '';
  const old = tokenOf(await toConfirmPage(services, key, new Date('2026-03-01T00:00:00Z')));
  const fresh = tokenOf(await toConfirmPage(services, key, new Date(NOW)));
  const ending = await toUnsubscribe(services, {
    ...key,
    receiver: { kind: 'channel', id: 1 },
    isOwn: false,
  });
  const get = (token: string) => installation.anonymously('GET', `/mail/${token}`);
  expect(outcome(await get(old))).toEqual([409, 'mail_link_expired']);
  expect((await get(fresh)).status).toBe(200);
  const sealedToken = await secrets.seal('github_pat_x');
  for (const token of ['x', `${fresh.slice(0, -2)}AA`, sealedToken, createHash('sha256').digest('hex')])
    expect(outcome(await get(token))).toEqual([404, 'mail_link_invalid']);
  // The link of a question cannot end mails, and the other way round.
  const say = (token: string, answer: string) => installation.anonymously('POST', `/mail/${token}/${answer}`);
  expect(outcome(await say(fresh, 'unsubscribe'))).toEqual([404, 'mail_link_invalid']);
  expect(outcome(await say(tokenOf(ending.page), 'confirm'))).toEqual([404, 'mail_link_invalid']);
});

test('an address that nobody answered for is forgotten after thirty days, and what people said is kept', async () => {
  const { channelId } = (await add('silent@example.org')).body;
  const collectAfter = async (days: number) => {
    after(60 * 24 * days);
    await installation.host.invoke('traffic/collect', {});
    const { body } = await ada('GET', `/channels/${tenantId}`);
    return body.channels.find((one: { channelId: number }) => one.channelId === channelId).mail.askedAt;
  };
  expect(await collectAfter(29)).toBe(NOW);
  expect(await collectAfter(31)).toBeNull();
  const { body } = await add('no@example.org');
  expect(body.mail.state).toBe('declined');
});

test('a tenant asks thirty addresses a day', async () => {
  // A day on which nobody was asked.
  after(60 * 24 * 60);
  const { channelId } = (await add('f0@example.org')).body;
  const outcomes: string[] = [];
  for (let number = 1; number <= 31; number++) {
    const email = `f${number}@example.org`;
    const { body: changed } = await ada('PATCH', `/channels/${tenantId}/${channelId}`, { email });
    outcomes.push(changed.failure?.code ?? 'asked');
  }
  expect(outcomes.slice(0, 29)).toEqual(Array(29).fill('asked'));
  expect(outcomes.slice(29)).toEqual(['too_many_mails', 'too_many_mails']);
});

test('the log has who asked whom, and what they said', async () => {
  const { body } = await ada('GET', `/audit/${tenantId}?area=channels&limit=200`);
  const lines = body.events.map(({ sentence }: { sentence: string }) => sentence);
  for (const line of [
    'ada@example.com asked stranger@example.org to confirm the address for mails',
    'stranger@example.org confirmed stranger@example.org for mails',
    'no@example.org declined mails to no@example.org',
    'ada@example.com stopped mails to ada@example.com',
  ])
    expect(lines.join('\n')).toContain(line);
});
