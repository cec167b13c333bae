import { timingSafeEqual } from 'node:crypto';
import type { Call } from './http.ts';

/** The namespaces and their keys, one each. */
export interface Identities {
  has(namespace: string): boolean;
  /** `uuid:key` */
  keyOf(namespace: string): string;
  /** The namespace of a key. */
  ownerOf(key: string): string | undefined;
  /** The namespace of the request's Basic credentials; undefined if there are none, or they are invalid. */
  callerOf(call: Call): string | undefined;
}

export function openIdentities(keys: Record<string, string>): Identities {
  const owners = new Map(Object.entries(keys));

  function ownerOf(key: string): string | undefined {
    for (const [namespace, own] of owners) if (sameText(own, key)) return namespace;
    return undefined;
  }

  return {
    has: (namespace) => owners.has(namespace),
    keyOf: (namespace) => owners.get(namespace) ?? '',
    ownerOf,
    callerOf: ({ headers }) => {
      const [, encoded] = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
      return encoded === undefined ? undefined : ownerOf(Buffer.from(encoded, 'base64').toString('utf8'));
    },
  };
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
