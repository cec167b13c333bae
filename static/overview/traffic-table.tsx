import type { Bucket, DayState } from '../../lib/answers/figures.ts';
import type { TrafficTable as Rows, TrafficColumns } from '../../lib/answers/stats.ts';
import { CutNote } from '../charts/chart-table.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { OlderPager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { cutOf, formatCount, formatDay } from '../format.ts';
import { paths } from '../routes.ts';

type TableRow = Rows['rows'][number];

const TITLES = { day: 'Daily traffic', week: 'Weekly traffic', month: 'Monthly traffic' };
const HEADS = { day: 'Day', week: 'Week', month: 'Month' };

const columnsFor = (by: Bucket) => [
  { label: HEADS[by] },
  { label: 'Repository' },
  { label: 'Views', numeric: true },
  { label: 'Unique visitors', numeric: true },
  { label: 'Clones', numeric: true },
  { label: 'Unique cloners', numeric: true },
  { label: 'State' },
];

/** One row per repository and day, week or month, newest first. */
export function TrafficTable({ answer }: { answer: TrafficColumns | undefined }) {
  const by = answer?.range.by ?? 'day';
  const count = answer?.columns.date.length;
  return (
    <Panel title={TITLES[by]} beside={<SearchBox label="Search repositories" />}>
      {!answer && <Skeleton rows={12} />}
      {count === 0 && (
        <Empty title="No figures in this range">
          <p>Choose a longer range or other repositories.</p>
        </Empty>
      )}
      {answer && count !== 0 && (
        <DataTable label={TITLES[by]} columns={columnsFor(by)} cards>
          {toRows(answer).map((row) => (
            <Row key={`${row.date} ${row.repositoryId}`} answer={answer} row={row} />
          ))}
        </DataTable>
      )}
      {answer && <Pages answer={answer} />}
    </Panel>
  );
}

function toRows({ columns }: TrafficColumns): TableRow[] {
  const names = Object.keys(columns) as (keyof TableRow)[];
  return columns.date.map(
    (_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])) as TableRow,
  );
}

/** How many rows there are, and the way to older ones. */
function Pages({ answer: { columns, total, nextCursor } }: { answer: TrafficColumns }) {
  const count = total === null ? null : `1–${formatCount(columns.date.length)} of ${formatCount(total)} rows`;
  return <OlderPager nextCursor={nextCursor} things="rows" count={count} />;
}

interface RowProps {
  answer: TrafficColumns;
  row: TableRow;
}

function Row({ answer: { tenantId, range }, row }: RowProps) {
  return (
    <tr>
      <td class="when">
        {range.by === 'day' ? formatDay(row.date) : row.label}
        <CutNote cut={cutOf(row.date, range)} />
      </td>
      <th scope="row" class="name">
        <a href={paths.repository(tenantId, row.repositoryId)}>{row.fullName}</a>
      </th>
      <td class="number" data-label="Views">
        {formatCount(row.viewCount)}
      </td>
      <td class="number" data-label="Unique visitors">
        <Uniques value={row.viewUniques} exact={row.uniquesExact} />
      </td>
      <td class="number" data-label="Clones">
        {formatCount(row.cloneCount)}
      </td>
      <td class="number" data-label="Unique cloners">
        <Uniques value={row.cloneUniques} exact={row.uniquesExact} />
      </td>
      <td>
        <StateTag state={row.state} />
      </td>
    </tr>
  );
}

function Uniques({ value, exact }: { value: number | null; exact: boolean }) {
  return (
    <>
      {!exact && value !== null && value > 0 && (
        <abbr class="muted" title="At most: people who return count again">
          ≤{' '}
        </abbr>
      )}
      {formatCount(value)}
    </>
  );
}

const STATES: Record<DayState, { label: string; meaning: string }> = {
  measured: { label: 'Measured', meaning: 'GitHub reported this day.' },
  zero: { label: 'Zero', meaning: 'Collected; no traffic.' },
  provisional: {
    label: 'Preliminary',
    meaning: 'Read before GitHub’s figures settled: they may still rise.',
  },
  cut: { label: 'Incomplete', meaning: 'GitHub showed only part of this day: figures are at least these.' },
  suspect: { label: 'Suspect', meaning: 'Everything fell to zero at once: this may be GitHub’s failure.' },
  not_published: {
    label: 'Nothing yet',
    meaning: 'GitHub has not published this day, or it was not read yet.',
  },
  lost: { label: 'Lost', meaning: 'Not collected before GitHub deleted it.' },
  imported: { label: 'Imported', meaning: 'Imported from another tool’s file.' },
  before: { label: 'Before', meaning: 'Before the first collected day.' },
};

/** A day's state, with its meaning as a tooltip. */
function StateTag({ state }: { state: DayState }) {
  const { label, meaning } = STATES[state];
  return (
    <span class={`state ${state}`} title={meaning}>
      {label}
    </span>
  );
}
