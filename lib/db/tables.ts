import type { ChannelTables } from './tables/channels.ts';
import type { GitHubTables } from './tables/github.ts';
import type { InstallationTables } from './tables/installation.ts';
import type { RepositoryTables } from './tables/repositories.ts';
import type { RunTables } from './tables/runs.ts';
import type { TenantTables } from './tables/tenants.ts';
import type { TrafficTables } from './tables/traffic.ts';

/** The tables of sql/, in camelCase. Days are 'YYYY-MM-DD', instants ISO strings, every number a number. */
export interface Tables
  extends InstallationTables,
    GitHubTables,
    TenantTables,
    RepositoryTables,
    TrafficTables,
    RunTables,
    ChannelTables {}
