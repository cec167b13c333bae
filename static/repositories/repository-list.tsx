import { useState } from 'preact/hooks';
import type { RepositoryList as Answer, Repository } from '../../lib/answers/repositories.ts';
import { DataTable } from '../controls/data-table.tsx';
import { SelectField } from '../controls/field.tsx';
import { Menu } from '../controls/menu.tsx';
import { Failure } from '../controls/notice.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { formatDay, plural } from '../format.ts';
import { FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { LossNote } from '../overview/attention.tsx';
import { paths } from '../routes.ts';
import {
  SCHEDULES,
  type ScheduleChange,
  ScheduleSelect,
  SelectCell,
  type Selection,
  SelectionBar,
  useScheduleChange,
} from './schedules.tsx';

const COLUMNS = [
  { label: 'Repository' },
  { label: 'Visibility' },
  { label: 'Schedule' },
  { label: 'Data from – to' },
  { label: 'State' },
];

/** What you can do if you may change repositories. */
interface Changing {
  onRemove: (repository: Repository) => void;
  onScheduled: () => void;
}

interface RepositoryListProps {
  tenantId: number;
  answer: Answer;
  /** Absent if you may not change any. */
  changing?: Changing | undefined;
}

interface RowChanges {
  schedule: ScheduleChange;
  /** Absent if there is only one. */
  selection: Selection | undefined;
  onRemove: Changing['onRemove'];
}

/** Every repository: when it is collected, which days are stored, and what is wrong. */
export function RepositoryList({ tenantId, answer, changing }: RepositoryListProps) {
  const [ids, choose] = useState<ReadonlySet<number>>(new Set());
  const schedule = useScheduleChange(tenantId, () => changing?.onScheduled());
  const { repositories: shown, page, repositoryCount } = answer;
  const selection = changing && shown.length > 1 ? { ids, choose } : undefined;
  const changes = changing && { schedule, selection, onRemove: changing.onRemove };
  const columns = [
    selection && { label: 'Select', unseen: true },
    ...COLUMNS,
    changes && { label: 'Actions', unseen: true },
  ];
  return (
    <Panel title={plural(repositoryCount, 'repository', 'repositories')} beside={<Filters />}>
      {selection && <SelectionBar shown={shown} selection={selection} change={schedule} />}
      {schedule.error && <Failure error={schedule.error} retry={schedule.clear} />}
      {shown.length === 0 && <p class="none">No repository matches.</p>}
      {shown.length > 0 && (
        <DataTable label="Repositories" columns={columns} cards>
          {shown.map((repository) => (
            <Row
              key={repository.repositoryId}
              tenantId={tenantId}
              repository={repository}
              changes={changes}
            />
          ))}
        </DataTable>
      )}
      <Pager page={page} things="repositories" />
    </Panel>
  );
}

const STATES = [
  { value: '', label: 'Any state' },
  { value: 'unmatched', label: 'No longer matches a rule' },
];

/** Filters by name, schedule and state. The address keeps them. */
function Filters() {
  const place = usePlace();
  return (
    <div class="filters">
      <SelectField
        label="Show by schedule"
        quiet
        value={place.query.get('schedule') ?? ''}
        options={[{ value: '', label: 'Any schedule' }, ...SCHEDULES]}
        onValue={(schedule) => go(withQuery(place, { schedule: schedule || null, ...FIRST_PAGE }))}
      />
      <SelectField
        label="Show by state"
        quiet
        value={place.query.get('state') ?? ''}
        options={STATES}
        onValue={(state) => go(withQuery(place, { state: state || null, ...FIRST_PAGE }))}
      />
      <SearchBox label="Filter repositories" />
    </div>
  );
}

interface RowProps {
  tenantId: number;
  repository: Repository;
  changes: RowChanges | undefined;
}

function Row({ tenantId, repository, changes }: RowProps) {
  const { firstCoveredDate, lastCoveredDate, fullName } = repository;
  const charts = paths.repository(tenantId, repository.repositoryId);
  return (
    <tr>
      {changes?.selection && (
        <td class="select">
          <SelectCell repository={repository} selection={changes.selection} />
        </td>
      )}
      <th scope="row" class="name">
        <a href={charts}>{fullName}</a>
        {repository.archived && <span class="tag">archived</span>}
      </th>
      <td data-label="Visibility">{repository.visibility}</td>
      <td data-label="Schedule">
        {changes ? <ScheduleSelect repository={repository} change={changes.schedule} /> : repository.schedule}
      </td>
      <td class="when" data-label="Data from – to">
        {firstCoveredDate && lastCoveredDate
          ? `${formatDay(firstCoveredDate)} – ${formatDay(lastCoveredDate)}`
          : 'Not yet collected'}
      </td>
      <td data-label="State">
        <State repository={repository} />
        <Unmatched repository={repository} />
      </td>
      {changes && (
        <td class="actions">
          <Menu
            label={`Actions for ${fullName}`}
            sections={() => [
              { items: [{ label: 'See its charts', href: charts }] },
              {
                items: [{ label: 'Remove…', danger: true, onPick: () => changes.onRemove(repository) }],
              },
            ]}
          />
        </td>
      )}
    </tr>
  );
}

/** No rule matches it any more, so somebody may want to remove it. */
function Unmatched({ repository: { rule, unmatchedAt } }: { repository: Repository }) {
  if (unmatchedAt === null) return null;
  return (
    <>
      {' '}
      <span class="tag warning">No longer matches</span>{' '}
      <span class="muted">
        {rule ? `the rule ${rule}` : 'any rule'} since {formatDay(unmatchedAt.slice(0, 10))}
      </span>
    </>
  );
}

function State({ repository }: { repository: Repository }) {
  const { problem, schedule, lastSuccessAt, daysUntilLoss, oldCopyThrough } = repository;
  if (schedule === 'paused')
    return (
      <>
        Paused. <LossNote days={daysUntilLoss} />
      </>
    );
  if (!problem && daysUntilLoss === null) return <span class="tag">No traffic: archived</span>;
  if (!problem && oldCopyThrough)
    return (
      <>
        <span class="tag">Old copy</span> ends on {formatDay(oldCopyThrough)}
      </>
    );
  if (!problem)
    return <span class={lastSuccessAt ? 'tag success' : 'tag'}>{lastSuccessAt ? 'OK' : 'Waiting'}</span>;
  return (
    <>
      <Sentence text={problem.message} /> <LossNote days={problem.daysUntilLoss} />
    </>
  );
}
