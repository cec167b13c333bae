import { createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { type Mail, type Mailer, openMailer } from '../lib/mail.ts';
import { openSmtpServer } from './mail-server.ts';
import { CERTIFICATE, EXPIRED_TLS, OTHER_TLS, SIGNED_TLS } from './tls.ts';

const MAIL: Mail = {
  to: 'ada@example.org',
  subject: 'Subject',
  html: '<p>Text</p>',
  text: 'Text',
  pictures: [],
  unsubscribe: null,
};
const FROM = 'Traffic <traffic@example.org>';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A mailer for an address of a mail server, which trusts an authority besides the public ones. */
function open(url: string, ca: string | null = null): Mailer {
  const mailer = openMailer({ smtpUrl: url, from: FROM, ca });
  if (!mailer) throw new Error('no mailer');
  closing.push(mailer.close);
  return mailer;
}

async function serve(options: SMTPServerOptions): Promise<number> {
  const server = await openSmtpServer({ disabledCommands: ['STARTTLS'], authOptional: true, ...options });
  closing.push(server.close);
  return server.port;
}

/** The code and the sentence of what sending throws. */
async function failureOf(
  url: string,
  mail: Mail = MAIL,
  ca: string | null = null,
): Promise<[code: string, message: string]> {
  const error = await open(url, ca)
    .send(mail)
    .then(
      () => new Error('sent'),
      (reason) => reason,
    );
  return [error.code, error.message];
}

const refuse = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

test.each([
  [550, '5.1.1 No such user', 'mail_recipient_refused'],
  [550, 'No such user', 'mail_recipient_refused'],
  [550, '5.2.1 Mailbox disabled', 'mail_recipient_refused'],
  [550, '5.7.1 Relay access denied', 'mail_refused'],
  [552, '5.2.2 Mailbox full', 'mail_refused'],
  [452, '4.2.2 Mailbox full', 'mail_try_later'],
  [451, '4.7.1 Greylisted', 'mail_try_later'],
  [530, '5.7.0 Authentication required', 'mail_login_refused'],
] as const)('a recipient answered with %i %s is the failure %s', async (status, message, code) => {
  const port = await serve({ onRcptTo: (_address, _session, callback) => callback(refuse(status, message)) });
  const [found, sentence] = await failureOf(`smtp://127.0.0.1:${port}`);
  expect(found).toBe(code);
  expect(sentence).toContain(`${status} ${message}`);
});

test.each([
  [554, '5.6.0 Spam', 'mail_refused'],
  [451, '4.3.0 Disk full', 'mail_try_later'],
] as const)('a mail answered with %i %s is the failure %s', async (status, message, code) => {
  const port = await serve({
    onData: (stream, _session, callback) => {
      stream.resume().on('end', () => callback(refuse(status, message)));
    },
  });
  expect((await failureOf(`smtp://127.0.0.1:${port}`))[0]).toBe(code);
});

test.each([
  [535, 'mail_login_refused'],
  [454, 'mail_try_later'],
] as const)(
  'a login answered with %i is the failure %s, whose sentence has no password',
  async (status, code) => {
    const port = await serve({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(refuse(status, 'Not now')),
    });
    const [found, sentence] = await failureOf(`smtp://user:s3cret@127.0.0.1:${port}`);
    expect(found).toBe(code);
    expect(sentence).not.toContain('s3cret');
  },
);

test('a server that wants a login and got none is the failure mail_login_refused', async () => {
  const port = await serve({
    authOptional: false,
    onAuth: (_auth, _session, callback) => callback(new Error()),
  });
  expect((await failureOf(`smtp://127.0.0.1:${port}`))[0]).toBe('mail_login_refused');
});

test('a certificate that nobody known signed, and a server elsewhere without encryption, get no mail', async () => {
  let count = 0;
  const onData: SMTPServerOptions['onData'] = (stream, _session, callback) => {
    count += 1;
    stream.resume().on('end', () => callback());
  };
  const secure = await serve({ secure: true, onData });
  expect((await failureOf(`smtps://127.0.0.1:${secure}`))[0]).toBe('mail_certificate');
  const plain = await serve({ onData });
  expect((await failureOf(`smtp://0.0.0.0:${plain}`))[0]).toBe('mail_not_encrypted');
  const upgraded = await serve({ disabledCommands: [], onData });
  expect((await failureOf(`smtp://0.0.0.0:${upgraded}`))[0]).toBe('mail_certificate');
  expect(count).toBe(0);
});

test('an authority of one’s own is trusted, but not with a certificate that has expired or is for another name', async () => {
  const arrived: string[] = [];
  const onData: SMTPServerOptions['onData'] = (stream, { envelope }, callback) => {
    arrived.push(...envelope.rcptTo.map(({ address }) => address));
    stream.resume().on('end', () => callback());
  };
  const signed = await serve({ secure: true, ...SIGNED_TLS, onData });
  const url = `smtps://127.0.0.1:${signed}`;
  const [untrusted, advice] = await failureOf(url);
  expect([untrusted, advice]).toEqual(['mail_certificate', expect.stringContaining('SMTP_CA')]);
  expect((await failureOf(url, MAIL, OTHER_TLS.cert))[0]).toBe('mail_certificate');
  const upgraded = await serve({ disabledCommands: [], ...SIGNED_TLS, onData });
  expect((await failureOf(`smtp://0.0.0.0:${upgraded}`, MAIL, CERTIFICATE))[0]).toBe('mail_certificate');
  const expired = await serve({ secure: true, ...EXPIRED_TLS, onData });
  const [code, sentence] = await failureOf(`smtps://127.0.0.1:${expired}`, MAIL, CERTIFICATE);
  expect([code, sentence]).toEqual(['mail_certificate', expect.stringContaining('it has expired')]);
  const broken = CERTIFICATE.replace('MII', 'MMM');
  expect((await failureOf(url, MAIL, broken))[0]).toBe('mail_certificate');
  expect(arrived).toEqual([]);
  await open(url, `${OTHER_TLS.cert}\n${CERTIFICATE}`).send(MAIL);
  expect(arrived).toEqual(['ada@example.org']);
});

/** A server of plain sockets. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

test('nobody there, a server that hangs up, and one that is none are the failure mail_unreachable', async () => {
  const port = await listen((socket) => socket.destroy());
  expect((await failureOf(`smtp://127.0.0.1:${port}`))[0]).toBe('mail_unreachable');
  expect((await failureOf('smtp://127.0.0.1:1'))[0]).toBe('mail_unreachable');
  expect((await failureOf('smtp://mail.invalid:25'))[0]).toBe('mail_unreachable');
  const http = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect((await failureOf(`smtp://127.0.0.1:${http}`))[0]).toMatch(/^mail_(unreachable|refused)$/);
});

test('forty mails take at most three connections, each goes out once, and one refusal keeps nobody else from theirs', async () => {
  let connections = 0;
  const arrived: string[] = [];
  const port = await serve({
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      callback(address === 'm7@example.org' ? refuse(550, '5.1.1 No such user') : null);
    },
    onData(stream, { envelope }, callback) {
      arrived.push(...envelope.rcptTo.map(({ address }) => address));
      stream.resume().on('end', () => callback());
    },
  });
  const mailer = open(`smtp://127.0.0.1:${port}`);
  const addresses = Array.from({ length: 40 }, (_, index) => `m${index}@example.org`);
  const sent = await Promise.allSettled(addresses.map((to) => mailer.send({ ...MAIL, to })));
  expect(sent.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(arrived.toSorted()).toEqual(addresses.filter((to) => to !== 'm7@example.org').sort());
  expect(connections).toBeLessThanOrEqual(3);
});

test('a mail has both forms, its pictures, and no receiver but one, whatever its texts are', async () => {
  const arrived: { to: string[]; source: string }[] = [];
  const port = await serve({
    onData(stream, { envelope }, callback) {
      const to = envelope.rcptTo.map(({ address }) => address);
      buffer(stream).then((bytes) => {
        arrived.push({ to, source: bytes.toString('latin1') });
        callback();
      }, callback);
    },
  });
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  await open(`smtp://127.0.0.1:${port}`).send({
    ...MAIL,
    subject: 'Über 3 repositories\r\nBcc: eve@example.org\u2028\u202eX-Evil: 1',
    html: '<html><body><img src="cid:days"></body></html>',
    pictures: [{ cid: 'days', png }],
    unsubscribe: { url: 'https://api.example.org/u?a=1', page: 'https://example.org/mail#x' },
  });
  const [mail] = arrived;
  const { source = '' } = mail ?? {};
  const [head = ''] = source.split('\r\n\r\n');
  expect(mail?.to).toEqual(['ada@example.org']);
  expect(head).not.toMatch(/^(Bcc|X-Evil):/im);
  for (const line of [
    /^From: Traffic <traffic@example\.org>$/m,
    /^To: ada@example\.org$/m,
    /^List-Unsubscribe: <https:\/\/api\.example\.org\/u\?a=1>$/m,
    /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m,
    /^Auto-Submitted: auto-generated$/m,
  ])
    expect(head).toMatch(line);
  for (const part of [/^Content-Type: text\/plain/m, /^Content-Type: text\/html/m, /^Content-Id: <days>$/im])
    expect(source).toMatch(part);
  for (const to of ['a@example.org, b@example.org', 'a@example.org>\r\nRCPT TO:<eve@example.org', ''])
    expect((await failureOf(`smtp://127.0.0.1:${port}`, { ...MAIL, to }))[0]).toBe('invalid_input');
  expect(arrived).toHaveLength(1);
});
