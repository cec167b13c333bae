import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, inject, test } from 'vitest';
import { createDatabase } from '../local/postgres.ts';
import { openTestInstallation, type TestInstallation } from './installation.ts';

/** Stands between the actions and the database, and can be cut. */
interface Cable {
  url: string;
  cut(): Promise<void>;
  /** Connections stay open and nothing comes through any more, as after a firewall forgot them. */
  silence(): void;
  mend(): Promise<void>;
}

let installation: TestInstallation;
let cable: Cable;

async function openCable(databaseUrl: string): Promise<Cable> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (port: number) => {
    server = createServer((socket) => {
      const onward = connect(Number(target.port), target.hostname);
      for (const one of [socket, onward]) {
        sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => sockets.delete(one));
      }
      socket.pipe(onward).pipe(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  target.port = String(port);
  target.hostname = '127.0.0.1';
  const source = new URL(databaseUrl);
  return {
    url: target.href,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      target.port = source.port;
      target.hostname = source.hostname;
      await listen(port);
    },
  };
}

async function open() {
  const databaseUrl = await createDatabase(inject('postgresUrl'), `outage-${randomUUID()}`);
  cable = await openCable(databaseUrl);
  installation = await openTestInstallation({ demo: true, databaseUrl: cable.url });
  await installation.initialise();
  return installation.as('ada@example.com');
}

afterEach(async () => {
  await installation.close();
  await cable.cut();
});

test('while the database is away every route says so, and all is well when it is back', async () => {
  const ada = await open();
  expect((await ada('GET', '/me')).status).toBe(200);
  await cable.cut();
  const routes = [
    '/me',
    '/tenants',
    '/servers',
    '/members/1',
    '/repositories/1',
    '/runs/1',
    '/stats/1',
    '/init',
  ];
  for (const route of routes) {
    const { status, body } = await ada('GET', route);
    expect([status, body.error?.code], route).toEqual([503, 'database_unavailable']);
  }
  await cable.mend();
  for (const route of routes) expect((await ada('GET', route)).status, route).toBe(200);
});

test('a connection that was cut while idle goes unnoticed', async () => {
  const ada = await open();
  await ada('GET', '/me');
  await cable.cut();
  await cable.mend();
  expect((await ada('GET', '/me')).status).toBe(200);
});
