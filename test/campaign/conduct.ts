import { openCampaign } from './campaign.ts';
import type { Campaign } from './parts.ts';
import { type CampaignSize, toReplay } from './size.ts';
import { judge } from './verdict.ts';

const MAX_SHOWN = 30;

/**
 * Runs a campaign and returns its summary. At the end it throws every error, with the command that replays it. Leaves nothing
 * behind.
 */
export async function conduct(size: CampaignSize, tell: (line: string) => void): Promise<string> {
  const replay = toReplay(size);
  tell(replay);
  const campaign = await openCampaign(size);
  try {
    return await live(campaign, tell);
  } catch (error) {
    throw new Error(`${replay}\n${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await campaign.close();
  }
}

async function live(campaign: Campaign, tell: (line: string) => void): Promise<string> {
  await campaign.live(tell);
  if (campaign.problems.length > 0) throw toError(campaign.problems);
  const { problems, summary } = await judge(campaign);
  tell(summary);
  if (problems.length > 0) throw toError(problems);
  return summary;
}

function toError(problems: readonly string[]): Error {
  return new Error([`${problems.length} things are wrong:`, ...problems.slice(0, MAX_SHOWN)].join('\n'));
}
