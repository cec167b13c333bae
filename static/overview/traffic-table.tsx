import type { TrafficTable as TrafficTableAnswer } from '../../actions/openapi/stats.ts';
import { StateTag } from '../charts/state-tag.tsx';
import { Empty } from '../controls/empty.tsx';
import { Pager } from '../controls/pager.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatCount, formatDay } from '../format.ts';
import { paths } from '../routes.ts';

interface TrafficTableProps {
  tenantId: number;
  answer: TrafficTableAnswer | undefined;
  failed: boolean;
}

const NAMES = { day: 'Daily traffic', week: 'Weekly traffic', month: 'Monthly traffic' };
const HEADS = { day: 'Day', week: 'Week', month: 'Month' };

/** One row per repository and day, week or month, newest first. */
export function TrafficTable({ tenantId, answer, failed }: TrafficTableProps) {
  if (failed && !answer) return null;
  const by = answer?.range.by ?? 'day';
  return (
    <section class="panel" aria-labelledby="traffic">
      <header class="panel-head">
        <h2 id="traffic">{NAMES[by]}</h2>
        <SearchBox label="Search repositories" />
      </header>
      {!answer && <Skeleton rows={12} />}
      {answer?.rows.length === 0 && (
        <Empty title="No figures in this range">
          <p>Choose a longer range, or look for other repositories.</p>
        </Empty>
      )}
      {answer && answer.rows.length > 0 && (
        <TableScroll label="Traffic">
          <table class="data">
            <thead>
              <tr>
                <th scope="col">{HEADS[by]}</th>
                <th scope="col">Repository</th>
                <th scope="col" class="number">
                  Views
                </th>
                <th scope="col" class="number">
                  Unique visitors
                </th>
                <th scope="col" class="number">
                  Clones
                </th>
                <th scope="col" class="number">
                  Unique cloners
                </th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {answer.rows.map((row) => (
                <tr key={`${row.date} ${row.repositoryId}`}>
                  <td class="when">{by === 'day' ? formatDay(row.date) : row.label}</td>
                  <th scope="row" class="name">
                    <a href={paths.repository(tenantId, row.repositoryId)}>{row.fullName}</a>
                  </th>
                  <td class="number">{formatCount(row.viewCount)}</td>
                  <td class="number">
                    <Uniques value={row.viewUniques} exact={row.uniquesExact} />
                  </td>
                  <td class="number">{formatCount(row.cloneCount)}</td>
                  <td class="number">
                    <Uniques value={row.cloneUniques} exact={row.uniquesExact} />
                  </td>
                  <td>
                    <StateTag state={row.state} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {answer && <Pager page={answer.page} things="rows" />}
    </section>
  );
}

function Uniques({ value, exact }: { value: number | null; exact: boolean }) {
  return (
    <>
      {!exact && value !== null && value > 0 && (
        <abbr class="muted" title="At most: the same person may be counted on several days">
          ≤{' '}
        </abbr>
      )}
      {formatCount(value)}
    </>
  );
}
