/**
 * Whose rows statements may see and change in the tables of tenants. PostgreSQL enforces it; the policies are in
 * `isolation.ts`. Other tables are open to all.
 */
export type Scope =
  | 'nothing'
  | 'all tenants'
  | { tenants: readonly number[] }
  /** The roles that were given to an account, or to its address, in any tenant. */
  | { account: { issuer: string; subject: string } }
  /** The API key with this hash, in any tenant. */
  | { keyHash: string };

/** The settings that the policies read. Without them, statements see nothing. */
export const SETTINGS = {
  tenants: 'app.tenants',
  issuer: 'app.issuer',
  subject: 'app.subject',
  keyHash: 'app.key_hash',
} as const;

/** What `app.tenants` is for all of them. */
export const ALL = 'all';

/** The settings that a scope stands for, by name. */
export function toSettings(scope: Scope): [name: string, value: string][] {
  if (scope === 'nothing') return [];
  if (scope === 'all tenants') return [[SETTINGS.tenants, ALL]];
  if ('tenants' in scope) return [[SETTINGS.tenants, scope.tenants.join(',')]];
  if ('keyHash' in scope) return [[SETTINGS.keyHash, scope.keyHash]];
  const { issuer, subject } = scope.account;
  return [
    [SETTINGS.issuer, issuer],
    [SETTINGS.subject, subject],
  ];
}
