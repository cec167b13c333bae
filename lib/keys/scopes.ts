import { type Right, rightsOf } from '../access.ts';
import type { KeyReach, KeyScope } from '../db/tables/keys.ts';

const READ: Right[] = ['seeTraffic', 'seeAllTraffic', 'seeRuns'];

/** Where keys come from, who gets in, and what strangers see is for people: a leaked key must not make another one, or a share. */
const FOR_PEOPLE: Right[] = ['seeMembers', 'changeMembers', 'changeKeys', 'changeShares'];

/**
 * Scopes of keys that may be in an address, where logs keep them, because programs that read it can send no header. Each opens that
 * one address and nothing else.
 */
const ADDRESS_SCOPES = ['spreadsheet', 'feed'] as const satisfies KeyScope[];
export type AddressScope = (typeof ADDRESS_SCOPES)[number];

/** The rights that each scope gives in the key's tenant. */
const SCOPE_RIGHTS: Record<KeyScope, readonly Right[]> = {
  read: READ,
  collect: [...READ, 'startRuns'],
  import: [...READ, 'changeRepositories', 'changeImports'],
  manage: rightsOf('manager').filter((right) => !FOR_PEOPLE.includes(right)),
  spreadsheet: [],
  feed: [],
};

/**
 * The rights whose routes keep to the repositories of the access. A key for a group or for some repositories has no others:
 * a run, for example, names every repository of the tenant.
 */
const KEEP_TO_REPOSITORIES: Right[] = ['seeTraffic', 'startRuns'];

/** The rights of a key. */
export function rightsOfKey({ scope, reach }: { scope: KeyScope; reach: KeyReach }): readonly Right[] {
  const rights = SCOPE_RIGHTS[scope];
  return reach === 'all' ? rights : rights.filter((right) => KEEP_TO_REPOSITORIES.includes(right));
}

/** All scopes, by name. */
export const KEY_SCOPES = Object.keys(SCOPE_RIGHTS) as KeyScope[];

/** The scopes that have a right, for a key of the whole tenant. */
export function scopesWith(right: Right): KeyScope[] {
  return KEY_SCOPES.filter((scope) => SCOPE_RIGHTS[scope].includes(right));
}
