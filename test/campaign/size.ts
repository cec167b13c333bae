/** What a campaign is made of: with the same figures every decision is the same. */
export interface CampaignSize {
  seed: number;
  days: number;
  repositories: number;
  /** Two at least. */
  tenants: number;
}

/** The figures of the environment, or those given; SEED is the seed's. */
export function readSize({ seed, ...otherwise }: CampaignSize): CampaignSize {
  const { CAMPAIGN_DAYS, CAMPAIGN_REPOSITORIES, CAMPAIGN_TENANTS } = process.env;
  return {
    seed,
    days: Number(CAMPAIGN_DAYS || otherwise.days),
    repositories: Number(CAMPAIGN_REPOSITORIES || otherwise.repositories),
    tenants: Number(CAMPAIGN_TENANTS || otherwise.tenants),
  };
}

/** What to put before the command to take the same decisions again. */
export function toReplay({ seed, days, repositories, tenants }: CampaignSize): string {
  return `SEED=${seed} CAMPAIGN_DAYS=${days} CAMPAIGN_REPOSITORIES=${repositories} CAMPAIGN_TENANTS=${tenants}`;
}
