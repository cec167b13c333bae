/** The size of a campaign. The same figures give the same decisions. */
export interface CampaignSize {
  seed: number;
  days: number;
  repositories: number;
  /** Two at least. */
  tenants: number;
}

/** The figures from the environment, or the given ones. SEED sets the seed. */
export function readSize({ seed, ...otherwise }: CampaignSize): CampaignSize {
  const { CAMPAIGN_DAYS, CAMPAIGN_REPOSITORIES, CAMPAIGN_TENANTS } = process.env;
  return {
    seed,
    days: Number(CAMPAIGN_DAYS || otherwise.days),
    repositories: Number(CAMPAIGN_REPOSITORIES || otherwise.repositories),
    tenants: Number(CAMPAIGN_TENANTS || otherwise.tenants),
  };
}

/** The variables that repeat the same decisions, to put before the command. */
export function toReplay({ seed, days, repositories, tenants }: CampaignSize): string {
  return `SEED=${seed} CAMPAIGN_DAYS=${days} CAMPAIGN_REPOSITORIES=${repositories} CAMPAIGN_TENANTS=${tenants}`;
}

/** The size of the large tenant's campaign: from the environment, or the given one. */
export function readLargeSize(otherwise: Pick<CampaignSize, 'repositories' | 'days'>) {
  const { CAMPAIGN_LARGE_REPOSITORIES, CAMPAIGN_LARGE_DAYS } = process.env;
  return {
    repositories: Number(CAMPAIGN_LARGE_REPOSITORIES || otherwise.repositories),
    days: Number(CAMPAIGN_LARGE_DAYS || otherwise.days),
  };
}
