import * as z from 'zod';
import { parseUrl } from '../url.ts';

type Keywords = Record<string, string>;

/** The names of IBM Cloud services that bind the credentials of a Db2 database. */
const SERVICES = [
  'dashDB',
  'dashdb',
  'dashdb-for-transactions',
  'Db2',
  'db2',
  'Db2 Warehouse',
  'Db2 on Cloud',
];

/** Built when first used: few actions read JSON here, and a cold start should not pay for it. */
const credentials = z.lazy(() => {
  const text = z.string().min(1);
  /** Credentials as old instances have them (`bx service key-create`): a data source name, with or without TLS. */
  const named = z
    .union([z.object({ ssldsn: text }), z.object({ dsn: text })])
    .transform((found) => parseDsn('ssldsn' in found ? found.ssldsn : found.dsn));
  const separate = z
    .object({ db: text, hostname: text, port: z.coerce.string(), username: text, password: text })
    .transform(({ db, hostname, port, username, password }) => ({
      DATABASE: db,
      HOSTNAME: hostname,
      PORT: port,
      UID: username,
      PWD: password,
    }));
  return z.union([composed(text), named, separate]);
});

/** Credentials of current instances: https://cloud.ibm.com/docs/Db2onCloud?topic=Db2onCloud-getting-started */
function composed(text: z.ZodString) {
  const authentication = z.object({ username: text, password: text });
  const hosts = z.array(z.object({ hostname: text, port: z.number() })).min(1);
  const db2 = z.object({ authentication, hosts, database: text });
  return z.object({ connection: z.object({ db2 }) }).transform(({ connection }) => ({
    DATABASE: connection.db2.database,
    HOSTNAME: connection.db2.hosts[0]?.hostname ?? '',
    PORT: String(connection.db2.hosts[0]?.port),
    UID: connection.db2.authentication.username,
    PWD: connection.db2.authentication.password,
    SECURITY: 'SSL',
  }));
}

function parseUri(address: string): Keywords | undefined {
  const url = /^db2:\/\/./.test(address) ? parseUrl(address) : undefined;
  if (!url) return undefined;
  const options = [...url.searchParams].map(([name, value]) => [name.toUpperCase(), value]);
  return {
    DATABASE: decodeURIComponent(url.pathname.slice(1)),
    HOSTNAME: url.hostname,
    ...(url.port && { PORT: url.port }),
    UID: decodeURIComponent(url.username),
    PWD: decodeURIComponent(url.password),
    ...Object.fromEntries(options),
  };
}

function parseDsn(dsn: string): Keywords {
  const pairs = dsn.split(';').filter((one) => one.includes('='));
  return Object.fromEntries(
    pairs.map((one) => [one.replace(/=.*/s, '').trim().toUpperCase(), one.replace(/^.*?=/s, '')]),
  );
}

function parseJson(json: string): Keywords | undefined {
  try {
    return credentials.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

function parseAddress(address: string): Keywords | undefined {
  if (address.startsWith('{')) return parseJson(address);
  return parseUri(address) ?? (/(^|;)\s*(database|hostname)=/i.test(address) ? parseDsn(address) : undefined);
}

const isHere = (host: string) => /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);

/** The defaults of a connection: to any other machine, TLS with a certificate that names the host. */
function toDefaults(keywords: Keywords): Keywords {
  const isPlain = isHere(keywords.HOSTNAME ?? '') || keywords.SECURITY?.toUpperCase() === 'NONE';
  const tls = { SECURITY: 'SSL', SSLCLIENTHOSTNAMEVALIDATION: 'Basic' };
  const port = isPlain ? '50000' : '50001';
  return { PORT: port, PROTOCOL: 'TCPIP', CONNECTTIMEOUT: '10', ...(!isPlain && tls) };
}

/**
 * True for an address that `toConnectionString` accepts. The driver cannot escape a semicolon within a value:
 * https://www.ibm.com/docs/en/db2/11.5.x?topic=clients-password-rules.
 */
export function isDb2Address(address: string): boolean {
  const keywords = parseAddress(address) ?? {};
  const { DATABASE, HOSTNAME } = keywords;
  return Boolean(DATABASE && HOSTNAME) && Object.values(keywords).every((value) => !value.includes(';'));
}

/**
 * The connection string for IBM's driver, from the address of a Db2 database: db2://user:password@host:port/database?keyword=value,
 * a data source name (DATABASE=…;HOSTNAME=…;), or the JSON of IBM Cloud's service credentials.
 *
 * TLS is on for every host but this machine. The certificate must name the host, which the driver does not check by
 * default: https://www.ibm.com/docs/en/db2/11.5.x?topic=keywords-sslclienthostnamevalidation. `security=none` turns it off.
 * The driver trusts DigiCert's root; another needs `sslservercertificate=` with a file in the image:
 * https://www.ibm.com/docs/en/db2/11.5.x?topic=keywords-security.
 */
export function toConnectionString(address: string): string {
  const given = parseAddress(address) ?? {};
  const { SECURITY, ...keywords } = { ...toDefaults(given), ...given };
  const security = SECURITY && SECURITY.toUpperCase() !== 'NONE' ? { SECURITY } : {};
  return Object.entries({ ...keywords, ...security })
    .map(([name, value]) => `${name}=${value};`)
    .join('');
}

/** The JSON of the first Db2 service that is bound to an action, as `wsk service bind` leaves it in `__bx_creds`. */
export function findBoundCredentials(bound: unknown): string | undefined {
  if (typeof bound !== 'object' || bound === null) return undefined;
  const services = new Map(Object.entries(bound));
  const found = SERVICES.map((name) => services.get(name)).find((one) => one !== undefined);
  return found && JSON.stringify(found);
}
