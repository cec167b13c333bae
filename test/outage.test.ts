import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { createTestDatabase, onPort } from './database.ts';
import { openTestInstallation, type TestInstallation } from './installation.ts';

/** A proxy between the actions and the database that can be cut. */
interface Cable {
  url: string;
  cut(): Promise<void>;
  /** Connections stay open but pass nothing, as if a firewall had forgotten them. */
  silence(): void;
  mend(): Promise<void>;
}

let installation: TestInstallation;
let cable: Cable;

async function openCable(databaseUrl: string): Promise<Cable> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const join = (socket: Socket) => {
    const onward = connect(Number(port), hostname);
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => void [socket, onward].map((end) => end.destroy()));
    }
    socket.pipe(onward).pipe(socket);
  };
  let server = createServer(join).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    async cut() {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      await expect
        .poll(() => {
          server = createServer(join).listen(Number(url.port), '127.0.0.1');
          return once(server, 'listening');
        })
        .toEqual([]);
    },
  };
}

async function open() {
  const urls = await createTestDatabase();
  cable = await openCable(urls.admin);
  const databaseUrls = onPort(urls, new URL(cable.url).port);
  installation = await openTestInstallation({ demo: true, databaseUrls });
  await installation.initialize();
  return installation.as('ada@example.com');
}

afterEach(async () => {
  await installation.close();
  await cable.cut();
});

test('while the database is down every route says so; afterwards everything works', async () => {
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

test('a connection cut while idle goes unnoticed', async ({ skip }) => {
  skip(
    Boolean(inject('db2')),
    'ibm_db does not tell that a connection was cut; one that is idle for a second is tried.',
  );
  const ada = await open();
  await ada('GET', '/me');
  await cable.cut();
  await cable.mend();
  expect((await ada('GET', '/me')).status).toBe(200);
});

test('a connection that a firewall forgot while the container was idle is replaced', async () => {
  const ada = await open();
  await ada('GET', '/me');
  cable.silence();
  // Longer than a connection is trusted without a check.
  await sleep(5_500);
  expect((await ada('GET', '/me')).status).toBe(200);
});

test('a statement that waits for a lock ends before the action does', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'Db2 waits for locks as long as LOCKTIMEOUT of the database says.');
  const ada = await open();
  const { status } = await ada('GET', '/servers');
  const other = new pg.Client(cable.url);
  other.on('error', () => {});
  await other.connect();
  await other.query('begin');
  await other.query('lock table github_server in access exclusive mode');
  const stuck = await ada('GET', '/servers');
  await other.query('rollback');
  await other.end();
  expect([status, stuck.status, stuck.body.error?.code]).toEqual([200, 503, 'database_timeout']);
  expect((await ada('GET', '/servers')).status).toBe(200);
});

test('a full disk, too little memory and a read-only database have answers of their own', async ({
  skip,
}) => {
  skip(Boolean(inject('db2')), 'These are PostgreSQL’s SQLSTATEs.');
  const ada = await open();
  const owner = new pg.Client(cable.url);
  await owner.connect();
  const put = () => ada('PUT', '/members/1/kim@example.com', { role: 'viewer' });
  const raising = (
    sqlState: string,
  ) => `create or replace function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using errcode = '${sqlState}'; end $$`;
  const outcomes: unknown[] = [];
  await owner.query(raising('53100'));
  await owner.query('create trigger refuse before insert on member for each row execute function refuse()');
  for (const sqlState of ['53100', '53200']) {
    await owner.query(raising(sqlState));
    const { status, body } = await put();
    outcomes.push([status, body.error.code]);
  }
  await owner.query('drop trigger refuse on member');
  const { rows } = await owner.query('select current_database() as name');
  const database = pg.escapeIdentifier(rows[0].name);
  await owner.query(`alter database ${database} set default_transaction_read_only = on`);
  await owner.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  expect(outcomes).toEqual([
    [503, 'database_full'],
    [503, 'database_out_of_memory'],
  ]);
  // The container may notice only at its next call that its connection was closed.
  await expect
    .poll(async () => {
      const { status, body } = await put();
      return [status, body.error.code];
    })
    .toEqual([503, 'database_read_only']);
  expect((await ada('GET', '/members/1')).body.members).toEqual([]);
  await owner.end();
});
