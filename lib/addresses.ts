import { lookup as lookUp } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from './failure.ts';

/** IANA's special-purpose registries: addresses that are not on the public Internet, such as the clouds' metadata services. */
const PRIVATE_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** ::/96, the translation prefix 64:ff9b::/96 and the tunnels of 2001::/23 and 2002::/16 lead to IPv4 addresses. */
const PRIVATE_V6 = [
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const privateAddresses = new BlockList();
for (const [family, ranges] of [['ipv4', PRIVATE_V4] as const, ['ipv6', PRIVATE_V6] as const]) {
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    privateAddresses.addSubnet(network, Number(prefix), family);
  }
}

function isPrivate(address: string): boolean {
  return privateAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function resolve(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length > 0) return found.map(({ address }) => address);
  throw new Failure('server_unreachable', `The name ${host} cannot be resolved. Is it spelled right?`);
}

/**
 * Returns when every address of the URL's host is on the public Internet. Throws `private_address`, and
 * `server_unreachable` for a name without an address.
 */
export async function requirePublicAddress(url: URL): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await resolve(host);
  if (addresses.some(isPrivate)) throw privateAddress(host);
}

function privateAddress(host: string): Failure {
  const message = `${host} is a private address. Set ALLOW_PRIVATE_ADDRESSES to "true" to allow such servers.`;
  return new Failure('private_address', message);
}

/**
 * The `lookup` of a connection that must lead to the public Internet. Checking a name beforehand is not enough: it may
 * resolve differently when used. Fails with `private_address`. A host that is an address is not looked up: check it before.
 */
export const lookupPublic: LookupFunction = (host, options, callback) => {
  lookUp(host, options, (error, found, family) => {
    if (error) return callback(error, found, family);
    const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
    callback(addresses.some(isPrivate) ? privateAddress(host) : null, found, family);
  });
};
