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
  ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
  ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
  ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '239.255.255.255', '223.255.255.255', ''],
  ['240.0.0.0', '255.255.255.255', '', ''],
];
/** Only 2000::/3 is assigned for the public Internet; these ranges of it are special. */
const V6: typeof V4 = [
  ['2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['2002::', '2002:ffff::', '2001:ffff::', '2003::'],
  ['2620:4f:8000::', '2620:4f:8000:ffff::', '2620:4f:7fff::', '2620:4f:8001::'],
  ['3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
  ['::', '1fff:ffff::', '', '2000::'],
  ['4000::', 'ffff:ffff::', '3fff:ffff::', ''],
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

/** Ways to write an address that is not on the public Internet, or that leads to one. */
const NOT_PUBLIC: Record<string, string[]> = {
  'decimal, octal and hexadecimal': [
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '127.1',
    '127.0.1',
    '10.1',
    '0xA9FEA9FE',
    '2852039166',
    '169.16689662',
    '0',
    '127.0.0.1.',
  ],
  'full-width and other digits': ['①②⑦.⓪.⓪.①', '１２７.０.０.１', '127。0。0。1'],
  'IPv4-mapped': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:169.254.169.254]',
    '[::FFFF:a9fe:a9fe]',
  ],
  'IPv4-compatible': ['[::127.0.0.1]', '[::7f00:1]', '[::8.8.8.8]'],
  'IPv4-translated': ['[::ffff:0:127.0.0.1]', '[::ffff:0:8.8.8.8]'],
  NAT64: ['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::10.0.0.1]'],
  '6to4': ['[2002:7f00:1::]', '[2002:a9fe:a9fe::1]'],
  Teredo: ['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[2001::1]'],
  'local, and the metadata services of clouds': [
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fe80::a9fe:a9fe]',
    '[fec0::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '192.0.0.192',
  ],
  'discard, dummy, documentation, segment routing, multicast': [
    '[100::1]',
    '[100:0:0:1::1]',
    '[3fff:fff::1]',
    '[5f00::1]',
    '[ff02::1]',
    '255.255.255.255',
  ],
  'anycast and measurement prefixes': ['192.31.196.1', '192.52.193.1', '192.175.48.1', '[2620:4f:8000::1]'],
};

test.each(Object.entries(NOT_PUBLIC))('%s addresses are recognized', async (_, hosts) => {
  for (const host of hosts) expect([host, await codeOf(host)]).toEqual([host, 'private_address']);
});

test('addresses of public servers are public', async () => {
  for (const host of [
    '140.82.121.4',
    '8.8.8.8',
    '1.1.1.1',
    '0x08.8.8.8',
    '[2606:50c0:8000::154]',
    '[2a00:1450::1]',
  ])
    expect([host, await codeOf(host)]).toEqual([host, 'public']);
});

test('a zone, which URLs cannot have but resolvers may give, changes nothing', async () => {
  for (const address of ['fe80::1%eth0', '::ffff:127.0.0.1%1', 'fd00::1%lo']) {
    resolveTo(address);
    expect([address, await codeOf('zone.example.com')]).toEqual([address, 'private_address']);
    expect([address, await lookedUp('zone.example.com', { all: true })]).toEqual([
      address,
      'private_address',
    ]);
  }
});

test('what a resolver gives that is no address is not public', async () => {
  for (const address of ['', 'x', '1.2.3', 'example.com']) {
    resolveTo(address);
    expect([address, await codeOf('odd.example.com')]).toEqual([address, 'private_address']);
  }
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
