import type { ImportedSetting, ImportPreview, RepositoryPreview } from '../../lib/answers/imports.ts';
import type { PlannedPart } from '../../lib/imports/parts.ts';
import { type ReadHistory, TOOLS } from '../../lib/imports/read.ts';
import { formatNumber, plural } from '../../lib/number-format.ts';
import type { Client } from '../client.ts';

/** Repositories, files and conflicts that are listed. */
const MAX_LISTED = 20;

function* listed<Value>(values: readonly Value[], toLine: (value: Value) => string): Generator<string> {
  for (const value of values.slice(0, MAX_LISTED)) yield toLine(value);
  if (values.length > MAX_LISTED) yield `  … and ${formatNumber(values.length - MAX_LISTED)} more`;
}

const sumOf = (values: readonly (number | null)[]) => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 'unknown' : formatNumber(known.reduce((sum, value) => sum + value, 0));
};

/** What was recognised, what it holds, and what was left out and why. */
export function describeHistory({ files, repositories, problems }: ReadHistory): string[] {
  const used = files.filter(({ left }) => left === null);
  const tools = [...new Set(used.flatMap(({ tool }) => tool ?? []))].map((tool) => TOOLS[tool]);
  const lines = [
    `Read ${plural(used.length, 'file')} of ${plural(files.length, 'file')}: ${tools.join(', ') || 'nothing recognised'}`,
  ];
  lines.push(
    ...listed(repositories, ({ label, owner, name, days, lists, facts, weeks }) => {
      const span =
        days.length === 0
          ? 'no days'
          : `${days[0]?.date} to ${days.at(-1)?.date}, ${plural(days.length, 'day')}`;
      const views = sumOf(days.map(({ viewCount }) => viewCount));
      const clones = sumOf(days.map(({ cloneCount }) => cloneCount));
      const others = `${plural(lists.length, 'list')}, ${plural(facts.length, 'day')} of stars and forks`;
      const left = weeks.length > 0 ? `, ${plural(weeks.length, 'week')} left out` : '';
      return `  ${owner && name ? `${owner}/${name}` : label}: ${span}; views ${views}, clones ${clones}; ${others}${left}`;
    }),
  );
  lines.push(
    ...listed(problems, ({ path, line, count, message, weight }) => {
      const place = line === null ? path : `${path}, line ${line}`;
      const times = count > 1 ? ` (${formatNumber(count)} times)` : '';
      return `  ${weight === 'error' ? '!' : '·'} ${place}: ${message}${times}`;
    }),
  );
  const left = files.filter((file) => file.left !== null && !problems.some(({ path }) => path === file.path));
  lines.push(...listed(left, (file) => `  · ${file.path}: left out. ${file.left}`));
  return lines;
}

/** What the parts would change, added up for each repository. */
export async function previewParts(
  parts: readonly PlannedPart[],
  { client, tenantId, onProgress }: { client: Client; tenantId: number; onProgress: (done: number) => void },
): Promise<string[]> {
  const byId = new Map<number, RepositoryPreview>();
  const left: ImportPreview['leftOut'] = [];
  const settings: ImportedSetting[] = [];
  let annotations = 0;
  for (const [done, part] of parts.entries()) {
    const preview = await client.call<ImportPreview>('POST', `/imports/${tenantId}/preview`, part.body());
    for (const one of preview.repositories) byId.set(one.repositoryId, add(byId.get(one.repositoryId), one));
    left.push(...preview.leftOut);
    settings.push(...preview.settings);
    annotations += preview.annotations.count - preview.annotations.known;
    onProgress(done + 1);
  }
  const all = [...byId.values()];
  const total = (of: (one: RepositoryPreview) => number) =>
    formatNumber(all.reduce((sum, one) => sum + of(one), 0));
  const lines = [
    `${total(({ newDays }) => newDays)} new days, ${total(({ changedDays }) => changedDays)} that gain a figure, ` +
      `${total(({ keptDays }) => keptDays)} on which what is stored stays, ${total(({ sameDays }) => sameDays)} stored already; ` +
      `${total(({ items }) => items.count - items.known)} new lists and facts`,
  ];
  const conflicts = all.flatMap((one) =>
    one.conflicts.map((conflict) => ({ ...conflict, fullName: one.fullName })),
  );
  lines.push(
    ...listed(conflicts, ({ fullName, date, metric, stored, imported, winner }) => {
      const which = winner === 'stored' ? 'stays' : 'is replaced';
      return `  ${fullName} ${date} ${metric}: stored ${formatNumber(stored)} ${which}, the file has ${formatNumber(imported)}`;
    }),
  );
  const early = all.filter(({ daysBeforeCreated }) => daysBeforeCreated > 0);
  lines.push(
    ...listed(
      early,
      ({ fullName, daysBeforeCreated }) =>
        `  ! ${fullName}: ${plural(daysBeforeCreated, 'day')} with traffic before GitHub created it. Is it another repository’s file?`,
    ),
  );
  const notOver = left.reduce((sum, { count }) => sum + count, 0);
  if (notOver > 0)
    lines.push(`  · ${plural(notOver, 'day')} left out: not over, or before the repository was created`);
  const made = settings.filter(({ outcome }) => outcome === 'made');
  lines.push(...listed(made, ({ kind, name }) => `  + ${kind} ${name}`), ...describeSettings(settings));
  if (annotations > 0) lines.push(`  + ${plural(annotations, 'annotation')}`);
  return lines;
}

/** The groups and dashboards that an import does not make, and why. */
export function describeSettings(settings: readonly ImportedSetting[]): string[] {
  const others = settings.filter(({ reason }) => reason !== null);
  return [...listed(others, ({ kind, name, reason }) => `  · ${kind} ${name}: ${reason}`)];
}

function add(known: RepositoryPreview | undefined, next: RepositoryPreview): RepositoryPreview {
  if (!known) return next;
  return {
    ...next,
    newDays: known.newDays + next.newDays,
    changedDays: known.changedDays + next.changedDays,
    keptDays: known.keptDays + next.keptDays,
    sameDays: known.sameDays + next.sameDays,
    daysBeforeCreated: known.daysBeforeCreated + next.daysBeforeCreated,
    conflicts: known.conflicts.concat(next.conflicts).slice(0, 200),
    items: { count: known.items.count + next.items.count, known: known.items.known + next.items.known },
  };
}
