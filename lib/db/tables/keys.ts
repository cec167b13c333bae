import { choice, generated, instant, integer, optional, text } from '../columns.ts';

const SCOPES = ['read', 'collect', 'import', 'manage', 'spreadsheet', 'feed'] as const;
const REACHES = ['all', 'group', 'repositories'] as const;

/** What an API key may do; `keys/scopes.ts` has the rights. */
export type KeyScope = (typeof SCOPES)[number];

/** Which repositories of the tenant an API key is for. */
export type KeyReach = (typeof REACHES)[number];

/** API keys: bearer tokens for programs. */
export const keyTables = {
  apiKey: {
    tenantId: integer,
    keyId: generated(integer),
    name: text(100),
    scope: choice(SCOPES, 20),
    /** `repositories`: those in `apiKeyRepository`. */
    reach: choice(REACHES, 12),
    /** The group of a key for a group, which may be gone: then the key is for nothing. */
    groupId: optional(integer),
    /** SHA-256 of the key, in hexadecimal. The key itself is stored nowhere. */
    secretHash: text(64),
    /** The first characters of its random part. */
    hint: text(4),
    createdAt: instant,
    createdBy: text(320),
    expiresAt: instant,
    revokedAt: optional(instant),
    revokedBy: optional(text(320)),
    /** To the minute. */
    lastUsedAt: optional(instant),
    /** When the key was first sent in an address, where logs may have kept it. */
    exposedAt: optional(instant),
    /** The minute of the last call, since 1970, and the calls in it. */
    callMinute: integer,
    callCount: integer,
  },
  apiKeyRepository: {
    tenantId: integer,
    keyId: integer,
    repositoryId: integer,
  },
};
