import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { openStatements } from './statements.ts';

/** What happens to a statement. `lose`: it is executed, and its connection ends before the answer. */
export type Fate = 'pass' | 'drop' | 'lose';

/** A proxy between the actions and PostgreSQL that counts statements and breaks connections. */
export interface Cable {
  /** The database's address for the actions, which stays the same. */
  url: string;
  /** Where new connections lead. */
  leadTo(databaseUrl: string): void;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a proxy to a database. `onStatement` gets each statement before it is passed on. */
export async function openCable(databaseUrl: string, onStatement: (text: string) => Fate): Promise<Cable> {
  let target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    const statements = openStatements();
    let isLosing = false;
    const end = () => void [socket, onward].map((one) => one.destroy());
    for (const one of [socket, onward]) {
      sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one);
          end();
        });
    }
    socket.on('data', (chunk) => {
      const fates = statements(chunk).map(onStatement);
      if (fates.includes('drop')) return end();
      isLosing ||= fates.includes('lose');
      onward.write(chunk);
    });
    onward.on('data', (chunk) => (isLosing ? end() : socket.write(chunk)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    leadTo(next) {
      target = new URL(next);
    },
    async close() {
      const closed = once(server.close(), 'close');
      cut();
      await closed;
    },
  };
}
