import type { Report } from '../answers/reports.ts';
import { formatNumber, plural } from '../number-format.ts';

/** How complete a report is, in sentences. */
export function toCompleteness({ completeness, period }: Report): string[] {
  const { repositoryDays, knownDays, lostDays, unpublishedDays, provisionalDays } = completeness;
  const { suspectDays, failingRepositories, notCompared } = completeness;
  const isWhole = knownDays === repositoryDays && provisionalDays === 0 && suspectDays === 0;
  const days = plural(repositoryDays, 'repository day');
  const known = isWhole
    ? `All ${days} of ${period.label} are known and final.`
    : `${formatNumber(knownDays)} of ${days} are known.`;
  const unfinished = provisionalDays - suspectDays;
  return [
    known,
    lostDays > 0 && `${plural(lostDays, 'day')} lost: not collected before GitHub deleted them.`,
    unpublishedDays > 0 && `GitHub has not published ${plural(unpublishedDays, 'repository day')} yet.`,
    unfinished > 0 && `${plural(unfinished, 'day')} preliminary: the numbers may still grow.`,
    suspectDays > 0 &&
      `${plural(suspectDays, 'repository day')} ${suspectDays === 1 ? 'was' : 'were'} zero everywhere: GitHub may have failed.`,
    failingRepositories > 0 &&
      `Collection fails now for ${plural(failingRepositories, 'repository', 'repositories')}.`,
    notCompared > 0 && `${plural(notCompared, 'repository', 'repositories')} not compared: days are missing.`,
  ].filter((sentence) => sentence !== false);
}
