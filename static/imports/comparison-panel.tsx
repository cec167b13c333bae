import { useState } from 'preact/hooks';
import type { LeftOutDays, RepositoryPreview } from '../../lib/answers/imports.ts';
import { DataTable } from '../controls/data-table.tsx';
import { ClosingFoot, Dialog } from '../controls/dialog.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay, formatSpan, plural } from '../format.ts';
import type { Comparison } from './comparison.ts';

/** What would be stored, and where the files and what is stored differ. */
export function ComparisonPanel({ comparison }: { comparison: Comparison }) {
  const [shown, setShown] = useState<RepositoryPreview>();
  const { repositories, leftOut } = comparison;
  if (repositories.length === 0) return null;
  const nameOf = (id: number) => repositories.find(({ repositoryId }) => repositoryId === id)?.fullName ?? '';
  return (
    <Panel title="Against what is stored">
      <DataTable
        label="Against what is stored"
        cards
        columns={[
          { label: 'Repository' },
          { label: 'New days', numeric: true },
          { label: 'Filled or larger', numeric: true },
          { label: 'Stays as it is', numeric: true },
          { label: 'The same', numeric: true },
          { label: 'Lists, stars and the rest' },
          { label: 'Differences', unseen: true },
        ]}
      >
        {repositories.map((one) => (
          <tr key={one.repositoryId}>
            <th scope="row" class="file-name">
              {one.fullName}
              {one.daysBeforeCreated > 0 && (
                <span class="state warn block">
                  {plural(one.daysBeforeCreated, 'day')} with traffic before GitHub created it: is it the
                  right one?
                </span>
              )}
            </th>
            <td class="number" data-label="New days">
              {formatCount(one.newDays)}
            </td>
            <td class="number" data-label="Filled or larger">
              {formatCount(one.changedDays)}
            </td>
            <td class="number" data-label="Stays as it is">
              {formatCount(one.keptDays)}
            </td>
            <td class="number" data-label="The same">
              {formatCount(one.sameDays)}
            </td>
            <td data-label="Lists, stars and the rest">{itemsOf(one)}</td>
            <td class="actions">
              {one.conflictCount > 0 && (
                <button type="button" class="button small" onClick={() => setShown(one)}>
                  {plural(one.conflictCount, 'difference')}…<span class="unseen"> of {one.fullName}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </DataTable>
      {leftOut.length > 0 && (
        <ul class="reasons">
          {leftOut.map((one) => (
            <li key={`${one.repositoryId} ${one.reason}`}>
              <span class="tag">left out</span>
              <span>
                <span class="file-name">{nameOf(one.repositoryId)}</span>
                <span class="block">{toLeftOut(one)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {shown && <ConflictsDialog preview={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  );
}

function itemsOf({ items: { count, known } }: RepositoryPreview): string {
  if (count === 0) return '–';
  return known === 0
    ? `${formatCount(count)} new`
    : `${formatCount(count - known)} new, ${formatCount(known)} known`;
}

const REASONS: Record<LeftOutDays['reason'], string> = {
  future: 'not begun yet in UTC',
  not_over: 'today is not over yet',
  before_created: 'zeros before GitHub created the repository',
};

const toLeftOut = ({ reason, count, first, last }: LeftOutDays) =>
  `${plural(count, 'day')}, ${formatSpan(first, last)}: ${REASONS[reason]}`;

const METRICS: Record<RepositoryPreview['conflicts'][number]['metric'], string> = {
  viewCount: 'Views',
  viewUniques: 'Unique visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Unique cloners',
};

const STATES: Record<RepositoryPreview['conflicts'][number]['state'], string> = {
  measured: 'final',
  zero: 'final',
  provisional: 'preliminary',
  cut: 'only a part of the day',
  suspect: 'suspect',
  imported: 'imported before',
};

interface ConflictsDialogProps {
  preview: RepositoryPreview;
  onClose: () => void;
}

/** The figures that differ, and which of the two would count. */
function ConflictsDialog({ preview: { fullName, conflicts, conflictCount }, onClose }: ConflictsDialogProps) {
  return (
    <Dialog title={`Differences of ${fullName}`} wide onClose={onClose}>
      <div class="dialog-body">
        <p class="muted">
          Our own final figure stays. Where we saw the day only in part, the larger figure counts. Between
          imports the larger one counts.
        </p>
        <DataTable
          label="Differences"
          cards
          columns={[
            { label: 'Day' },
            { label: 'Figure' },
            { label: 'In the file', numeric: true },
            { label: 'Stored', numeric: true },
            { label: 'Known as' },
            { label: 'Counts' },
          ]}
        >
          {conflicts.map(({ date, metric, stored, imported, winner, state }) => (
            <tr key={`${date} ${metric}`}>
              <th scope="row">{formatDay(date)}</th>
              <td data-label="Figure">{METRICS[metric]}</td>
              <td class="number" data-label="In the file">
                {formatCount(imported)}
              </td>
              <td class="number" data-label="Stored">
                {formatCount(stored)}
              </td>
              <td data-label="Known as">{STATES[state]}</td>
              <td data-label="Counts">
                <span class={winner === 'imported' ? 'tag success' : 'tag'}>
                  {winner === 'imported' ? 'the file' : 'what is stored'}
                </span>
              </td>
            </tr>
          ))}
        </DataTable>
        {conflictCount > conflicts.length && (
          <p class="hint">…and {formatCount(conflictCount - conflicts.length)} more.</p>
        )}
      </div>
      <ClosingFoot onClose={onClose} />
    </Dialog>
  );
}
