import { lookup as lookUp } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Failure } from './failure.ts';

/** IANA assigns addresses of the public Internet from here only: https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is not on the public Internet, such as the clouds' metadata services, or is special in IANA's
 * registries: some special ranges, such as 6to4, lead to IPv4 addresses. An IPv4 address written as IPv6 is the same
 * address. Anything that is no address counts as private.
 */
function isPrivate(address: string): boolean {
  if (isIP(address) === 0) return true;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return true;
  return parsed.kind() === 'ipv6' && !parsed.match(GLOBAL_UNICAST);
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
