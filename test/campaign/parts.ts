import type { Instant } from '../../lib/instant.ts';
import type { TestInstallation } from '../installation.ts';
import type { Plan } from './plan.ts';
import type { BadlyTreatedServer } from './server.ts';
import type { CampaignSize } from './size.ts';
import type { Tally } from './tally.ts';
import type { CampaignTenant, Tracked } from './world.ts';

/** The product, its surroundings, and their state. */
export interface Campaign {
  size: CampaignSize;
  plan: Plan;
  installation: TestInstallation;
  server: BadlyTreatedServer;
  tenants: CampaignTenant[];
  tracked: Tracked[];
  tally: Tally;
  /** The instants at which something was killed or cut. */
  harmed: Set<Instant>;
  /** Errors that must never happen, as sentences. */
  problems: string[];
  /** Runs all days, or until something is wrong. */
  live(tell: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}
