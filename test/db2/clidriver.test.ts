import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { toOneRole } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { PACKAGES } from './driver.ts';

let installation: TestInstallation | undefined;
let server: Server | undefined;

/** What the first action answers with IBM's own driver in its image. */
async function ask(databaseUrl: string) {
  installation = await openTestInstallation({
    databaseUrls: toOneRole(databaseUrl),
    packages: PACKAGES.clidriver,
  });
  const { status, body } = await installation.anonymously('GET', '/init');
  const logs = installation.host.activations().flatMap((activation) => activation.logs);
  return { outcome: [status, body.error?.code], logs: logs.join('\n') };
}

/** A server that reads the first message and hangs up. */
async function listen(take: (first: Buffer) => void): Promise<number> {
  server = createServer((socket: Socket) => {
    socket
      .on('error', () => {})
      .once('data', (data) => {
        take(data);
        socket.destroy();
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  await installation?.close();
  server?.close();
  installation = undefined;
  server = undefined;
});

test('IBM’s driver loads, and a closed port is an unavailable database', async () => {
  const { outcome, logs } = await ask('db2://somebody:secret-word@127.0.0.1:1/D');
  expect(outcome).toEqual([503, 'database_unavailable']);
  expect(logs).not.toContain('secret-word');
});

test('a missing host is an unavailable database', async () => {
  expect((await ask('db2://u:p@nowhere.invalid/D')).outcome).toEqual([503, 'database_unavailable']);
});

test.each([
  ['with security=SSL is spoken to with TLS from the first byte', '?security=SSL', [0x16]],
  // A DRDA request: its length, 0xD0, kind and number, and the code point of EXCSAT, 0x1041.
  ['on this machine is spoken to in plain DRDA', '', [0x10, 0x41]],
])('a server %s, and one that hangs up is an unavailable database', async (_, query, expected) => {
  let first: Uint8Array = new Uint8Array();
  const port = await listen((data) => {
    if (first.length === 0) first = data;
  });
  const { outcome } = await ask(`db2://u:p@127.0.0.1:${port}/D${query}`);
  expect(outcome).toEqual([503, 'database_unavailable']);
  const start = query === '' ? 8 : 0;
  expect([...first.subarray(start, start + expected.length)]).toEqual(expected);
});
