import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createReader, toFrame, toStartup } from './wire.ts';

/** Where Debian's libh2-java puts it. */
const JAR = '/usr/share/java/h2.jar';

/** Sets Db2 mode and adds Db2's built-in objects to a new H2 database. */
const PREPARE = `set mode db2;
create schema if not exists syscat;
create view if not exists syscat.tables as
  select table_schema as tabschema, table_name as tabname, 'T' as type from information_schema.tables
  where table_schema = 'public'`;

/**
 * Db2 syntax that H2 or its PostgreSQL protocol lacks, and the equivalent. Only the last line changes behavior: H2 accepts
 * Db2's clause, but then locks nothing.
 */
const REWRITES: ((statement: string) => string)[] = [
  (one) =>
    one.replace(/\bset (datestyle|extra_float_digits|client_encoding)\b[^;]*/gi, 'set lock_timeout 10000'),
  (one) => one.replace(/show transaction_isolation/i, "select 'read committed'"),
  (one) => one.replace(/\) organize by row/gi, ')'),
  (one) => one.replace(/\brename table (\w+) to (\w+)/gi, 'alter table $1 rename to $2'),
  // H2 counts a character beyond the basic plane as two.
  (one) => one.replace(/\((\d+) codeunits32\)/gi, (_, length) => `(${2 * Number(length)})`),
  (one) => one.replace(/for read only with rs use and keep update locks/gi, 'for update'),
];

/** H2's SQLSTATEs and Db2's for the same: missing table, existing table, orphan, parent, deadlock. */
const STATES: Record<string, string> = {
  '42S02': '42704',
  '42S01': '42710',
  '23506': '23503',
  '23503': '23504',
  HYT00: '40001',
  '90131': '40001',
};

export interface StandIn {
  /** db2://…, to which a database's name is to be added as the path. A database is made by connecting to it. */
  url: string;
  close(): Promise<void>;
}

/** In a locale where weeks begin on Monday, as they always do for Db2's DATE_TRUNC. */
async function startH2(): Promise<{ child: ChildProcess; port: number }> {
  if (!existsSync(JAR)) throw new Error(`Missing: ${JAR} (on Debian: apt-get install libh2-java).`);
  const args = [
    '-Xmx512m',
    '-Dh2.bindAddress=127.0.0.1',
    '-Duser.timezone=UTC',
    '-Duser.language=en',
    '-Duser.country=GB',
    '-cp',
    JAR,
  ];
  const child = spawn('java', [...args, 'org.h2.tools.Server', '-pg', '-pgPort', '0', '-ifNotExists'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child, 'spawn');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = Number(/:(\d+)\b/.exec(line)?.[1]);
    if (port) return { child, port };
  }
  throw new Error('H2 ended before it listened.');
}

/** A statement, or one to be prepared, whose name comes first. */
function toServer(type: string, body: string): string {
  if (type !== 'Q' && type !== 'P') return body;
  return REWRITES.reduce((statement, rewrite) => rewrite(statement), body);
}

/** Fields of an error are a letter and a text each, ended by a zero. */
function toClient(type: string, body: string): string {
  if (type !== 'E') return body;
  return body.replace(/\0C(\w{5})/, (_, state: string) => `\0C${STATES[state] ?? state}`);
}

/** A proxy between a PostgreSQL driver and H2. Both send frames of a type, a length and a body. */
function join(client: Socket, port: number): void {
  const server = connect({ port, host: '127.0.0.1', noDelay: true });
  let held: string | undefined;
  let isPrepared = false;
  const fromClient = createReader('startup', (type, body) => {
    if (type !== '') return server.write(toFrame(type, toServer(type, body)));
    const settings = 'DB_CLOSE_DELAY=-1;CASE_INSENSITIVE_IDENTIFIERS=TRUE;LOCK_TIMEOUT=10000';
    return server.write(toStartup(body, (name) => `mem:${name};${settings}`));
  });
  const fromServer = createReader('frames', (type, body) => {
    if (isPrepared || (held === undefined && type !== 'Z'))
      return client.write(toFrame(type, toClient(type, body)));
    if (type === 'E') return client.write(toFrame(type, body));
    if (type !== 'Z') return true;
    if (held === undefined) {
      held = body;
      return server.write(toFrame('Q', `${PREPARE}\0`));
    }
    isPrepared = true;
    return client.write(toFrame('Z', held));
  });
  client.on('data', fromClient);
  server.on('data', (data: Buffer) => {
    // H2 sends an answer in pieces, each after the last was acknowledged, so acknowledge at once.
    server.write(toFrame('H', ''));
    client.cork();
    fromServer(data);
    client.uncork();
  });
  for (const one of [client, server])
    one.on('error', () => {}).on('close', () => [client, server].map((end) => end.destroy()));
}

async function close(server: Server, sockets: Set<Socket>, child: ChildProcess): Promise<void> {
  const closed = once(server.close(), 'close');
  for (const socket of sockets) socket.destroy();
  await closed;
  if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
}

/**
 * Starts H2 in Db2 mode, in memory, for ibm_db compiled against unixODBC: ODBC's PostgreSQL driver speaks to it, and
 * between the two a proxy that says in H2's words what only Db2 understands.
 */
export async function openH2(): Promise<StandIn> {
  const { child, port } = await startH2();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    join(client, port);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  // ODBC's driver manager goes by `driver`, PostgreSQL's driver by `server`; Db2's driver knows neither.
  const query =
    'driver=PostgreSQL%20Unicode&server=127.0.0.1&protocol=7.4-0&sslmode=disable&useserversideprepare=0';
  return { url: `db2://sa:sa@${address}/?${query}`, close: () => close(server, sockets, child) };
}
