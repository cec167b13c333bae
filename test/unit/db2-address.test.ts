import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { isDb2Address, toConnectionString } from '../../lib/db/db2-address.ts';

/** Keywords of the driver, as an object. */
function keywordsOf(address: string): Record<string, string> {
  const pairs = toConnectionString(address).split(';').filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.replace(/=.*/, ''), pair.replace(/^.*?=/, '')]));
}

const TLS = {
  SECURITY: 'SSL',
  SSLCLIENTHOSTNAMEVALIDATION: 'Basic',
  PROTOCOL: 'TCPIP',
  CONNECTTIMEOUT: '10',
};
const login = { DATABASE: 'BLUDB', HOSTNAME: 'db.example', UID: 'bob', PWD: 'p=w{1}' };

const classic = {
  db: 'BLUDB',
  host: 'db.example',
  hostname: 'db.example',
  port: 50000,
  username: 'bob',
  password: 'p=w{1}',
  dsn: 'DATABASE=BLUDB;HOSTNAME=db.example;PORT=50000;PROTOCOL=TCPIP;UID=bob;PWD=p=w{1};',
  ssldsn: 'DATABASE=BLUDB;HOSTNAME=db.example;PORT=50001;PROTOCOL=TCPIP;UID=bob;PWD=p=w{1};Security=SSL;',
  uri: 'db2://bob:p%3Dw%7B1%7D@db.example:50000/BLUDB',
};

const current = {
  connection: {
    cli: { bin: 'db2' },
    db2: {
      authentication: { method: 'direct', username: 'bob', password: 'p=w{1}' },
      certificate: { certificate_base64: 'LS0t', name: 'c' },
      composed: ['db2://bob:p@db.example:32733/BLUDB'],
      database: 'BLUDB',
      hosts: [{ hostname: 'db.example', port: 32733 }],
    },
  },
};

test.each([
  ['an address', 'db2://bob:p%3Dw%7B1%7D@db.example:32733/BLUDB', '32733'],
  ['an address without a port', 'db2://bob:p%3Dw%7B1%7D@db.example/BLUDB', '50001'],
  ['a data source name', 'database=BLUDB;hostname=db.example;port=5;uid=bob;pwd=p=w{1}', '5'],
  ['credentials that have a name for TLS', JSON.stringify(classic), '50001'],
  ['credentials of today', JSON.stringify(current), '32733'],
])('%s becomes the driver’s keywords, with TLS', (_, address, port) => {
  expect(isDb2Address(address)).toBe(true);
  expect(keywordsOf(address)).toEqual({ ...login, ...TLS, PORT: port });
});

test('credentials without names are assembled from their fields', () => {
  const { dsn: _dsn, ssldsn: _ssldsn, ...fields } = classic;
  expect(keywordsOf(JSON.stringify(fields))).toEqual({ ...login, ...TLS, PORT: '50000' });
});

test('TLS is off on this machine and with security=none', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]', 'db.example/D?security=none&x='])
    expect(keywordsOf(`db2://u:p@${host}/D`).SECURITY, host).toBeUndefined();
  expect(keywordsOf('db2://u:p@127.0.0.1/D?security=SSL')).toMatchObject({ SECURITY: 'SSL', PORT: '50000' });
  const file = 'db2://u:p@db.example/D?sslservercertificate=/etc/ca.pem&sslclienthostnamevalidation=off';
  expect(keywordsOf(file)).toMatchObject({
    SSLSERVERCERTIFICATE: '/etc/ca.pem',
    SSLCLIENTHOSTNAMEVALIDATION: 'off',
  });
});

test.each([
  ['another kind of address', 'mysql://u:p@h/d'],
  ['no database', 'db2://u:p@h'],
  ['no host', 'DATABASE=D;UID=u'],
  ['JSON that is cut off', '{"db":'],
  ['credentials of something else', '{"apikey":"k","url":"https://a.example"}'],
  ['a semicolon in a password', 'db2://u:p%3Bq@h/D'],
])('%s is not a Db2 address', (_, address) => {
  expect(isDb2Address(address)).toBe(false);
});

const others = {
  ISSUER: 'https://id.example',
  CLIENT_ID: 'c',
  TOKEN_KEY: 'A'.repeat(43),
  INIT_SECRET: 'a secret of 16 characters or more',
};

test.each(['dashDB', 'dashdb', 'Db2', 'db2'])('credentials bound for the service %s are found', (service) => {
  const { databaseUrls } = parseConfig({ ...others, DATABASE_URL: '', __bx_creds: { [service]: classic } });
  expect(keywordsOf(databaseUrls.web)).toMatchObject({ PORT: '50001', SECURITY: 'SSL' });
});

test('DATABASE_URL wins over bound credentials, and may be an object', () => {
  const bound = { __bx_creds: { dashDB: classic } };
  expect(keywordsOf(parseConfig({ ...others, ...bound, DATABASE_URL: current }).databaseUrls.web).PORT).toBe(
    '32733',
  );
  const url = 'postgres://u@h/d';
  expect(parseConfig({ ...others, ...bound, DATABASE_URL: url }).databaseUrls.web).toBe(url);
});

test('without usable credentials, the error names DATABASE_URL', () => {
  expect(() => parseConfig({ ...others, __bx_creds: { cloudant: {} } })).toThrow(
    /^DATABASE_URL is missing: it must/,
  );
  expect(() => parseConfig({ ...others, DATABASE_URL: 'DATABASE=D' })).toThrow(
    /^DATABASE_URL must be the address/,
  );
});
