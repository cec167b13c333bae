import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface MailServer {
  port: number;
  /** What arrived: the envelope's addresses, and the message. */
  mails: { from: string; to: string[]; message: string }[];
  /** The answer to the next recipients; null: they are accepted. */
  refusal: { code: number; message: string } | null;
  close(): Promise<void>;
}

/** A mail server on 127.0.0.1 as the options say, for any user. */
export async function openSmtpServer(
  options: SMTPServerOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer(options);
  // A client that goes away is none of our business.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

/** A mail server on 127.0.0.1, without encryption, for `user` with `password`. */
export async function openMailServer(user: string, password: string): Promise<MailServer> {
  const opened: Omit<MailServer, 'port' | 'close'> = { mails: [], refusal: null };
  const server = await openSmtpServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth(auth, _session, callback) {
      if (auth.username === user && auth.password === password) callback(null, { user });
      else callback(new Error('Invalid username or password'));
    },
    onRcptTo(_address, _session, callback) {
      if (!opened.refusal) return callback();
      const { code, message } = opened.refusal;
      callback(Object.assign(new Error(message), { responseCode: code }));
    },
    onData(stream, { envelope }, callback) {
      text(stream).then((message) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        opened.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), message });
        callback();
      }, callback);
    },
  });
  return Object.assign(opened, server);
}
