import type { ApiKey } from '../../lib/answers/keys.ts';

type Scope = ApiKey['scope'];

interface ScopeWords {
  scope: Scope;
  label: string;
  /** What it lets a program do. */
  explanation: string;
  /** It makes sense for all repositories only. */
  isForAll: boolean;
}

/** What a key may do, in words, the least first. */
export const SCOPES: readonly ScopeWords[] = [
  {
    scope: 'spreadsheet',
    label: 'Spreadsheet',
    explanation: 'Reads one CSV table at an address that holds the key. For IMPORTDATA and Power Query.',
    isForAll: false,
  },
  {
    scope: 'feed',
    label: 'Feed',
    explanation: 'Reads what happened as an Atom feed, at an address that holds the key. For a feed reader.',
    isForAll: false,
  },
  {
    scope: 'read',
    label: 'Read numbers',
    explanation: 'Reads what the pages show, and metrics. It changes nothing.',
    isForAll: false,
  },
  {
    scope: 'collect',
    label: 'Read and collect',
    explanation: 'Also starts collections, which use the quota of your GitHub token.',
    isForAll: false,
  },
  {
    scope: 'import',
    label: 'Import',
    explanation: 'Also adds and removes repositories, and brings in history from files.',
    isForAll: true,
  },
  {
    scope: 'manage',
    label: 'Manage',
    explanation: 'Does everything a manager may, but not members, keys and shares. Keep it like a password.',
    isForAll: true,
  },
];

/** The words for a scope. */
export const labelOf = (scope: Scope): string => SCOPES.find((one) => one.scope === scope)?.label ?? scope;
