import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, expect, test } from 'vitest';
import { lookupPublic, requirePublicAddress } from '../../lib/addresses.ts';

const real = { lookup: dns.lookup, lookUp: dnsPromises.lookup };

/** Stands in for the system's resolver, which tests cannot change. */
function resolveTo(...addresses: string[]) {
  const found = addresses.map((address) => ({ address, family: 4 }));
  type Callback = (error: null, found: unknown) => void;
  Object.assign(dns, {
    lookup: (_host: string, _options: object, callback: Callback) => callback(null, found),
  });
  Object.assign(dnsPromises, { lookup: async () => found });
  syncBuiltinESMExports();
}

afterEach(() => {
  Object.assign(dns, { lookup: real.lookup });
  Object.assign(dnsPromises, { lookup: real.lookUp });
  syncBuiltinESMExports();
});

const codeOf = (host: string) =>
  requirePublicAddress(new URL(`https://${host}/x`)).then(
    () => 'public',
    ({ code }: { code: string }) => code,
  );

/** The first and the last address of each range, and those next to them. */
const V4: [string, string, before: string, after: string][] = [
  ['0.0.0.0', '0.255.255.255', '', '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '239.255.255.255', '223.255.255.255', ''],
  ['240.0.0.0', '255.255.255.255', '', ''],
];
const V6: typeof V4 = [
  ['::', '::ffff:ffff', '', '::1:0:0'],
  ['64:ff9b::', '64:ff9b::ffff:ffff', '64:ff9a:ffff::', '64:ff9b::1:0:0'],
  ['64:ff9b:1::', '64:ff9b:1:ffff::', '64:ff9b:0:ffff::', '64:ff9b:2::'],
  ['100::', '100::ffff:ffff:ffff:ffff', 'ff:ffff::', '100:0:0:1::'],
  ['2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['2002::', '2002:ffff::', '2001:ffff::', '2003::'],
  ['fc00::', 'fdff:ffff::', 'fbff::', 'fe00::'],
  ['fe80::', 'febf:ffff::', 'fe7f::', ''],
  ['fec0::', 'feff:ffff::', '', ''],
  ['ff00::', 'ffff:ffff::', '', ''],
];

test.each(V4)('%s to %s is not public', async (first, last, before, after) => {
  expect(await Promise.all([first, last].map(codeOf))).toEqual(['private_address', 'private_address']);
  for (const next of [before, after].filter(Boolean))
    expect([next, await codeOf(next)]).toEqual([next, 'public']);
});

test.each(V6)('%s to %s is not public', async (first, last, before, after) => {
  expect(await Promise.all([first, last].map((host) => codeOf(`[${host}]`)))).toEqual([
    'private_address',
    'private_address',
  ]);
  for (const next of [before, after].filter(Boolean))
    expect([next, await codeOf(`[${next}]`)]).toEqual([next, 'public']);
});

test('an IPv4 address written as IPv6 is the same address', async () => {
  expect(await codeOf('[::ffff:10.0.0.1]')).toBe('private_address');
  expect(await codeOf('[::ffff:8.8.8.8]')).toBe('public');
});

test('a host name is judged by its addresses', async () => {
  await expect(requirePublicAddress(new URL('https://localhost/'))).rejects.toMatchObject({
    code: 'private_address',
    message: expect.stringMatching(/^localhost is a private address\. Set ALLOW_PRIVATE_ADDRESSES to "true"/),
  });
  await expect(requirePublicAddress(new URL('https://no-such-name.invalid/'))).rejects.toMatchObject({
    code: 'server_unreachable',
    message: 'The name no-such-name.invalid cannot be resolved. Is it spelled right?',
  });
});

/** What a connection to the host gets. */
const lookedUp = (host: string, options: { all?: boolean } = {}) =>
  new Promise((resolve) => {
    lookupPublic(host, options, (error, found) => resolve(error ? (error as { code?: string }).code : found));
  });

test('a connection reaches public addresses only', async () => {
  expect(await lookedUp('8.8.8.8')).toBe('8.8.8.8');
  expect(await lookedUp('8.8.8.8', { all: true })).toEqual([{ address: '8.8.8.8', family: 4 }]);
  expect(await lookedUp('localhost')).toBe('private_address');
  expect(await lookedUp('localhost', { all: true })).toBe('private_address');
  expect(await lookedUp('no-such-name.invalid')).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

test('a host name with one private address is private', async () => {
  resolveTo('8.8.8.8', '10.0.0.1');
  expect(await codeOf('two.example.com')).toBe('private_address');
  expect(await lookedUp('two.example.com', { all: true })).toBe('private_address');
  resolveTo('8.8.8.8', '8.8.4.4');
  expect(await codeOf('two.example.com')).toBe('public');
});
