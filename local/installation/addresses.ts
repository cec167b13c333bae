import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Reads who sent a request; undefined: the connection is gone. */
export type AddressReader = (request: IncomingMessage) => string | undefined;

/** An address on this machine. */
export const LOOPBACK = ['127.0.0.0/8', '::1'];

function createMatcher(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map((range) => {
    if (range.includes('/')) return ipaddr.parseCIDR(range);
    const address = ipaddr.process(range);
    return [address, address.kind() === 'ipv4' ? 32 : 128] as const;
  });
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const one = ipaddr.process(address);
    return parsed.some(([range, bits]) => one.kind() === range.kind() && one.match(range, bits));
  };
}

/** Without the port that some proxies add, and without brackets. */
function toAddress(text: string): string {
  const trimmed = text.trim();
  return /^\[(.*)\](:\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
}

/** The proxies in front. */
export interface Proxies {
  /** Who sent the request. */
  addressOf: AddressReader;
  isProxy: (address: string) => boolean;
}

/**
 * Reads the address of the client, as far as the network says. A proxy adds the address that it was called from at the end
 * of X-Forwarded-For, so that list is read from its end for as long as trusted proxies name the next one.
 */
export function openProxies(trustedProxies: readonly string[]): Proxies {
  const isTrusted = createMatcher(trustedProxies);
  return {
    addressOf: (request) => {
      const peer = request.socket.remoteAddress;
      if (peer === undefined || !isTrusted(peer)) return peer;
      const named = String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .map(toAddress)
        .filter((one) => one !== '');
      const client = named.findLast((one) => !isTrusted(one)) ?? named[0] ?? peer;
      return ipaddr.isValid(client) ? client : 'unknown';
    },
    isProxy: isTrusted,
  };
}

/** What callers are counted by: an IPv4 address, or the /64 of an IPv6 address. */
export function toNetwork(address: string | undefined): string {
  if (!address || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv6' ? parsed.toByteArray().slice(0, 8).join('.') : parsed.toString();
}
