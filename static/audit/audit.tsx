import type { AuditEvent, AuditLog } from '../../lib/answers/audit.ts';
import type { AuditArea } from '../../lib/audit.ts';
import { useAnswer } from '../answers.ts';
import { CustomRange } from '../controls/custom-range.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { CsvButton } from '../controls/download.tsx';
import { SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { OlderPager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { formatInstant } from '../format.ts';
import { FIRST_PAGE, go, usePlace, withQuery } from '../location.ts';
import { pick } from '../overview/view.ts';
import { reads } from '../reads.ts';
import { withView } from '../view.ts';

interface AuditProps {
  /** Null for the whole installation with all its tenants. */
  tenantId: number | null;
}

/** The log's own days: the view's are those of the charts. */
const SPAN = { from: 'since', to: 'until' };

const FILTERS = ['area', 'q', SPAN.from, SPAN.to];

/** Who did what: in a tenant, or in the whole installation. The address keeps the filters. */
export function Audit({ tenantId }: AuditProps) {
  const { query } = usePlace();
  const filters = { ...pick(query, ['area', 'q']), from: query.get(SPAN.from), to: query.get(SPAN.to) };
  const log = useAnswer(reads.audit(tenantId, { ...filters, cursor: query.get('cursor') }));
  const file = { ...reads.audit(tenantId, filters), paged: true as const };
  const where = tenantId === null ? ', in all tenants and in the installation itself' : '';

  return (
    <div class="page" aria-busy={log.loading}>
      <PageHead
        title={tenantId === null ? 'System audit log' : 'Audit log'}
        below={<p class="lead">Who changed or downloaded what{where}. Kept for two years.</p>}
        actions={<CsvButton read={file} fileName={`audit-${tenantId ?? 'all'}.csv`} />}
      />
      <Filters tenantId={tenantId} />
      <Answered loaded={log}>{(answer) => <Entries tenantId={tenantId} answer={answer} />}</Answered>
    </div>
  );
}

const AREAS: Record<AuditArea, string> = {
  installation: 'Installation',
  roles: 'System roles',
  members: 'Members',
  tenants: 'Tenants',
  tokens: 'GitHub tokens',
  servers: 'GitHub servers',
  keys: 'Keys and GitHub Apps',
  repositories: 'Repositories',
  annotations: 'Annotations',
  imports: 'Imports',
  groups: 'Groups',
  channels: 'Notification channels',
  subscriptions: 'Subscriptions',
  alerts: 'Alerts',
  dashboards: 'Dashboards',
  shares: 'Shares',
  exports: 'Downloads and sent reports',
  deletions: 'Deletions of all kinds',
};

const labelOf = (area: string) => AREAS[area as AuditArea] ?? '–';

/** What no tenant's log has. */
const OF_INSTALLATION: AuditArea[] = ['installation', 'roles', 'servers', 'keys'];

function Filters({ tenantId }: AuditProps) {
  const place = usePlace();
  const from = place.query.get(SPAN.from) ?? '';
  const to = place.query.get(SPAN.to) ?? '';
  const areas = (Object.keys(AREAS) as AuditArea[]).filter(
    (area) => tenantId === null || !OF_INSTALLATION.includes(area),
  );
  return (
    <div class="toolbar filter-bar">
      <SelectField
        label="Show"
        quiet
        value={place.query.get('area') ?? ''}
        options={[
          { value: '', label: 'Everything' },
          ...areas.map((area) => ({ value: area, label: AREAS[area] })),
        ]}
        onValue={(area) => go(withQuery(place, { area: area || null, ...FIRST_PAGE }))}
      />
      <SearchBox label="Search people and names" />
      <CustomRange
        key={`${from}|${to}`}
        from={from}
        to={to}
        open
        onSpan={(first, last) => go(withQuery(place, { [SPAN.from]: first, [SPAN.to]: last, ...FIRST_PAGE }))}
      />
    </div>
  );
}

function Entries({ tenantId, answer: { events, nextCursor } }: AuditProps & { answer: AuditLog }) {
  const place = usePlace();
  if (events.length === 0)
    return (
      <Empty title="No entries">
        {[...FILTERS, 'cursor'].some((name) => place.query.has(name)) ? (
          <p>
            Nothing matches these filters. <a href={withView(place.path)}>Show everything</a>
          </p>
        ) : (
          <p>Nobody has changed or downloaded anything in the last two years.</p>
        )}
      </Empty>
    );
  const columns = [
    { label: 'Time' },
    { label: 'What happened' },
    tenantId === null && { label: 'Tenant' },
    { label: 'Area' },
  ];
  return (
    <Panel title="Entries">
      <DataTable label="Entries" columns={columns} cards>
        {events.map((event) => (
          <Entry key={event.eventId} tenantId={tenantId} event={event} />
        ))}
      </DataTable>
      <OlderPager nextCursor={nextCursor} things="entries" />
    </Panel>
  );
}

function Entry({ tenantId, event }: AuditProps & { event: AuditEvent }) {
  return (
    <tr>
      <td class="when">{formatInstant(event.occurredAt)}</td>
      <th scope="row" class="name">
        {event.sentence}
      </th>
      {tenantId === null && <td data-label="Tenant">{event.tenantName ?? '–'}</td>}
      <td data-label="Area">{labelOf(event.area)}</td>
    </tr>
  );
}
