import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestInstallation } from '../installation.ts';
import { openSmtpServer } from '../mail-server.ts';

let folder: string;
let script: string;
const closing: (() => unknown)[] = [];

const inFolder = (name: string) => path.join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** `good.pem` and `expired.pem`, signed by `ca.pem`, for 127.0.0.1 and 0.0.0.0, with the key `key.pem`. */
function makeCertificates(): void {
  openssl('req', '-x509', ...EC, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test', '-days', '2');
  const names = 'subjectAltName=IP:127.0.0.1,IP:0.0.0.0';
  openssl('req', ...EC, '-keyout', 'key.pem', '-out', 'mail.csr', '-subj', '/CN=mail', '-addext', names);
  const sign = ['x509', '-req', '-in', 'mail.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  const copy = ['-copy_extensions', 'copy'];
  openssl(...sign, ...copy, '-out', 'good.pem', '-days', '2');
  openssl(...sign, ...copy, '-out', 'expired.pem', '-days', '-1');
}

/** Sends mails through the addresses of mail servers, and prints how each ended. */
const SCRIPT = `
import { openMailer } from ${JSON.stringify(path.join(import.meta.dirname, '../../lib/mail.ts'))};
const outcomes = await Promise.all(JSON.parse(process.argv[2]).map(async ({ smtpUrl, mail }) => {
  const mailer = openMailer({ smtpUrl, from: 'Traffic <traffic@example.org>', ca: null });
  const started = performance.now();
  const code = await mailer.send(mail).then(() => 'sent', (error) => error.code + ': ' + error.message);
  mailer.close();
  return [code, Math.round((performance.now() - started) / 1000)];
}));
console.log(JSON.stringify(outcomes));
process.exit();
`;

const MAIL = {
  to: 'ada@example.org',
  subject: 'Sübject',
  html: '<p>Text</p>',
  text: 'Text',
  pictures: [],
  unsubscribe: { url: 'https://api.example.org/u', page: 'https://example.org/mail#x' },
};

/** How each mail ended, and after how many seconds. Node trusts our authority only if it is told so when it starts. */
async function send(
  ...mails: { smtpUrl: string; to?: string }[]
): Promise<[outcome: string, seconds: number][]> {
  const given = mails.map(({ smtpUrl, to = MAIL.to }) => ({ smtpUrl, mail: { ...MAIL, to } }));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: inFolder('ca.pem') };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(given)], { env });
  return JSON.parse(stdout);
}

const codeOf = ([outcome]: [string, number]) => outcome.split(':')[0];

async function serve(options: SMTPServerOptions): Promise<number> {
  const server = await openSmtpServer({ authOptional: true, ...options });
  closing.push(server.close);
  return server.port;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mail-test-'));
  makeCertificates();
  script = inFolder('send.mjs');
  writeFileSync(inFolder('send.ts'), SCRIPT);
  await build({
    entryPoints: [inFolder('send.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const pem = (name: string) => readFileSync(inFolder(name));

test('TLS and STARTTLS need a certificate that is valid now; with one, a login and a mail go through', async () => {
  const key = pem('key.pem');
  const login: SMTPServerOptions = {
    authOptional: false,
    onAuth: ({ username, password }, { secure }, callback) =>
      secure && username === 'user' && password === 'p@ss'
        ? callback(null, { user: 'user' })
        : callback(new Error()),
  };
  const [good, goodTls, expired, expiredTls] = await Promise.all([
    serve({ ...login, key, cert: pem('good.pem') }),
    serve({ ...login, key, cert: pem('good.pem'), secure: true }),
    serve({ key, cert: pem('expired.pem') }),
    serve({ key, cert: pem('expired.pem'), secure: true }),
  ]);
  const outcomes = await send(
    { smtpUrl: `smtp://user:p%40ss@0.0.0.0:${good}` },
    { smtpUrl: `smtps://user:p%40ss@127.0.0.1:${goodTls}` },
    { smtpUrl: `smtps://user:wrong@127.0.0.1:${goodTls}` },
    { smtpUrl: `smtp://0.0.0.0:${expired}` },
    { smtpUrl: `smtps://127.0.0.1:${expiredTls}` },
  );
  expect(outcomes.map(codeOf)).toEqual([
    'sent',
    'sent',
    'mail_login_refused',
    'mail_certificate',
    'mail_certificate',
  ]);
  for (const [sentence] of outcomes.slice(3)) expect(sentence).toContain('has expired');
});

/** A server that answers as the function says, on plain sockets. */
async function listen(onSocket: (write: (text: string) => void) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    onSocket((text) => void (socket.writable && socket.write(text)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as { port: number }).port;
}

test('a server that hangs is left after ten seconds, one that drips after twenty, and a slow one gets its time', async () => {
  const never = () => {};
  const slow = (callback: () => void) => setTimeout(callback, 4000);
  const silent = await listen(never);
  const dripping = await listen((write) => {
    write('220 mail\r\n');
    const timer = setInterval(() => write('250-AGAIN\r\n'), 1000);
    closing.push(() => clearInterval(timer));
  });
  const options = { disabledCommands: ['STARTTLS'] };
  const [recipient, data, delayed] = await Promise.all([
    serve({ ...options, onRcptTo: never }),
    serve({ ...options, onData: (stream) => void stream.resume() }),
    serve({
      ...options,
      onConnect: (_session, callback) => slow(callback),
      onRcptTo: (_address, _session, callback) => slow(callback),
      onData: (stream, _session, callback) => {
        stream.resume();
        slow(callback);
      },
    }),
  ]);
  const ports = [silent, recipient, data, dripping, delayed];
  const outcomes = await send(...ports.map((port) => ({ smtpUrl: `smtp://127.0.0.1:${port}` })));
  expect(outcomes.map(codeOf)).toEqual([
    'mail_timeout',
    'mail_timeout',
    'mail_timeout',
    'mail_timeout',
    'sent',
  ]);
  const seconds = outcomes.map(([, taken]) => taken);
  for (const taken of seconds.slice(0, 3)) expect(taken).toBeLessThan(13);
  expect(seconds[3]).toBeLessThan(23);
});

test('a mail server that hangs keeps no action: the test of a channel says so, and the watchdog tells the others', async () => {
  const installation = await openTestInstallation({ demo: true, now: '2026-03-10T08:00:00.000Z' });
  closing.push(installation.close);
  const { tenantId } = await installation.initialize();
  const ada = installation.as('ada@example.com');
  const channels = `/channels/${tenantId}`;
  const mails = { kind: 'email', name: 'Mails', contents: 'both', email: 'ada@example.com' };
  const { channelId } = (await ada('POST', channels, mails)).body;
  const url = `${installation.url}/webhooks/json/x`;
  await ada('POST', channels, { kind: 'webhook', name: 'Hook', contents: 'both', url });
  const mend = installation.mails.fail({ kind: 'hang' });
  const { status, body } = await ada('POST', `${channels}/${channelId}/test`);
  expect([status, body.error.code]).toEqual([502, 'mail_timeout']);
  installation.now('2026-03-16T12:00:00.000Z');
  await installation.host.fire('weekly');
  await installation.host.settled();
  expect(installation.webhooks.received().map(({ body: told }) => (told as { type: string }).type)).toContain(
    'weekly report',
  );
  mend();
  expect(installation.mails.received()).toEqual([]);
});

/** What Postfix says is written to its log. */
const POSTFIX = '/usr/sbin/postfix';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Postfix of its own, which takes mail for example.org by STARTTLS only, and knows Ada. Returns its port and Ada's mailbox. */
async function startPostfix(): Promise<{ port: number; mailbox: string }> {
  const port = await freePort();
  const [etc, spool, data, boxes] = ['etc', 'spool', 'data', 'boxes'].map((name) =>
    inFolder(`postfix/${name}`),
  ) as [string, string, string, string];
  for (const one of [etc, spool, data, boxes]) mkdirSync(one, { recursive: true });
  chmodSync(folder, 0o755);
  execFileSync('chown', ['postfix', data]);
  chmodSync(boxes, 0o777);
  writeFileSync(path.join(etc, 'virtual'), 'ada@example.org ada/\n');
  writeFileSync(
    path.join(etc, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${spool}
data_directory = ${data}
maillog_file = ${inFolder('postfix/postfix.log')}
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks =
virtual_mailbox_domains = example.org
virtual_mailbox_base = ${boxes}
virtual_mailbox_maps = texthash:${etc}/virtual
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 100
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${inFolder('good.pem')}
smtpd_tls_key_file = ${inFolder('key.pem')}
smtpd_relay_restrictions = reject_unauth_destination
`,
  );
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'virtual unix - n n - - virtual',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  writeFileSync(path.join(etc, 'master.cf'), `${services.join('\n')}\n`);
  execFileSync(POSTFIX, ['-c', etc, 'start'], { stdio: 'pipe' });
  closing.push(() => execFileSync(POSTFIX, ['-c', etc, 'stop'], { stdio: 'pipe' }));
  return { port, mailbox: path.join(boxes, 'ada/new') };
}

test('Postfix takes a mail by STARTTLS and delivers it; it refuses an unknown recipient, and to pass mail on', async () => {
  const { port, mailbox } = await startPostfix();
  const smtpUrl = `smtp://0.0.0.0:${port}`;
  const outcomes = await send(
    { smtpUrl },
    { smtpUrl, to: 'nobody@example.org' },
    { smtpUrl, to: 'ada@elsewhere.example' },
    { smtpUrl: `smtp://127.0.0.1:${port}` },
  );
  expect(outcomes.map(codeOf)).toEqual([
    'sent',
    'mail_recipient_refused',
    'mail_refused',
    // A server on this machine is spoken to in plain text, which this one does not take.
    'mail_login_refused',
  ]);
  await expect.poll(() => existsSync(mailbox) && readdirSync(mailbox).length).toBe(1);
  const [name = ''] = readdirSync(mailbox);
  const delivered = readFileSync(path.join(mailbox, name), 'utf8');
  for (const line of [
    /^Subject: =\?UTF-8\?/m,
    /^List-Unsubscribe: <https:\/\/api\.example\.org\/u>$/m,
    /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m,
    /with ESMTPS id/,
  ])
    expect(delivered).toMatch(line);
});
