import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Report, ReportChange } from '../../lib/answers/reports.ts';
import { formatDifference } from '../../lib/number-format.ts';
import { chartTitle, reportChart } from '../../lib/reports/chart.ts';
import { toWords } from '../../lib/reports/words.ts';
import { useMe } from '../app-context.ts';
import { FigureRow } from '../charts/figure-row.tsx';
import { SvgLegend } from '../charts/svg-chart.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { Logo } from '../controls/icon.tsx';
import { Empty, Notice } from '../controls/notice.tsx';
import { EventSentence, EventTime } from '../events/happened.tsx';
import { Change } from '../figures/change.tsx';
import { DeltaButton } from '../figures/delta.tsx';
import { trafficDelta } from '../figures/tiles.ts';
import { andMore, formatCount, formatInstant, formatShortDay, formatSpan, plural } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { ReportChart } from './chart.tsx';
import { gainsModel } from './models.ts';

/** A report as a sheet of paper. */
export function Sheet({ report }: { report: Report }) {
  const { me } = useMe();
  const { title, headline, madeAt, period } = report;
  const hasDays = report.completeness.knownDays > 0;
  const { subject, notes, completeness } = toWords(report, { pagesUrl: null, maxRows: 0 });
  return (
    <article class="report-sheet" aria-label={title}>
      <header class="report-head">
        <div>
          <p class="muted">{subject}</p>
          <h2>{title}</h2>
        </div>
        <span class="report-by">
          <Logo />
          {me.installation || 'Repository traffic'}
        </span>
      </header>
      <p class="report-lead">{headline}</p>
      {notes.map((note) => (
        <Notice key={note} kind="info">
          <p>{note}</p>
        </Notice>
      ))}
      {!hasDays && (
        <Empty title={`No day of ${period.label} was collected`}>
          <p>Collection began later, or stopped for too long. Choose another period.</p>
        </Empty>
      )}
      {hasDays && <Figures report={report} />}
      {hasDays && <Views report={report} />}
      <Movers report={report} />
      {hasDays && <Repositories report={report} />}
      <div class="report-columns">
        <Referrers report={report} />
        <Happened report={report} />
      </div>
      <Gains report={report} />
      <Groups report={report} />
      {hasDays && <Compared report={report} />}
      <NewlyTracked report={report} />
      <p class="report-complete">
        <strong>How complete is this?</strong> {completeness.join(' ')}
      </p>
      <footer class="report-foot">
        <span>Days are UTC. Visitors of several days are added up, so people who return count again.</span>
        <span>Made on {formatInstant(madeAt)}</span>
      </footer>
    </article>
  );
}

interface SectionProps {
  title: string;
  class?: string;
  children: ComponentChildren;
}

function Section({ title, class: looks = '', children }: SectionProps) {
  return (
    <section class={`report-section ${looks}`} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** The four figures that a reader asks for first. */
function Figures({ report: { totals, comparisons } }: { report: Report }) {
  const { viewCount, viewUniques, cloneCount, stars } = totals;
  const comparison = comparisons.previous;
  const { lower, upper } = viewUniques;
  const isCertain = lower === null || upper === null || lower >= upper;
  const deltaOf = (label: string, metric: Parameters<typeof trafficDelta>[1]) => {
    const delta = trafficDelta(comparison, metric);
    return delta && <DeltaButton label={label} delta={delta} comparison={comparison} />;
  };
  return (
    <dl class="report-figures">
      <Figure label="Views" beside={deltaOf('Views', 'viewCount')} note={perDay(viewCount.perDay)}>
        {formatCount(viewCount.count)}
      </Figure>
      <Figure
        label="Visitors"
        beside={deltaOf('Visitors', 'viewUniques')}
        note={isCertain ? '' : `at least ${formatCount(lower)}`}
      >
        {!isCertain && <small>at most </small>}
        {formatCount(upper)}
      </Figure>
      <Figure
        label="Clones"
        beside={deltaOf('Clones', 'cloneCount')}
        note={[perDay(cloneCount.perDay), 'CI included'].filter(Boolean).join(', ')}
      >
        {formatCount(cloneCount.count)}
      </Figure>
      <Figure
        label="Stars"
        note={stars.total === null ? 'after the next collection' : 'at the last collection'}
      >
        {formatCount(stars.total)}
        {stars.gained !== null && <small> {formatDifference(stars.gained)}</small>}
      </Figure>
    </dl>
  );
}

const perDay = (count: number | null) => (count === null ? '' : `${formatCount(count)} a day`);

interface FigureProps {
  label: string;
  beside?: ComponentChildren;
  note: string;
  children: ComponentChildren;
}

function Figure({ label, beside, note, children }: FigureProps) {
  return (
    <div>
      <dt>
        {label}
        {beside}
      </dt>
      <dd>{children}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
}

function Views({ report }: { report: Report }) {
  const model = reportChart(report);
  const title = chartTitle(report);
  return (
    <Section title={title}>
      <ReportChart title={title} model={model} takes="whole" />
      <ul class="report-legend">
        <SvgLegend model={model} />
      </ul>
      <details class="report-table on-screen">
        <summary>Show as a table</summary>
        <DataTable
          label={title}
          tall
          columns={[
            { label: 'Date' },
            ...model.layers.map(({ label }) => ({ label, numeric: true })),
            model.before && { label: model.before.label, numeric: true },
          ]}
        >
          {model.buckets.map((bucket, index) => (
            <FigureRow key={bucket} model={model} index={index} />
          ))}
        </DataTable>
      </details>
      <p class="on-screen">
        <a href={paths.overview(report.tenant.tenantId)}>Open these days in the overview</a>
      </p>
    </Section>
  );
}

/** A change; without one the reason, or that there was nothing before. */
function Changed({ of: { change, difference, reason } }: { of: ReportChange }) {
  if (change !== null || reason !== null) return <Change change={change} reason={reason} />;
  return <span class="change">{difference ? 'new' : '–'}</span>;
}

/** A name in the color that it has in charts, with its page. */
function Name({ tenantId, repositoryId, fullName, colorIndex }: { tenantId: number } & Named) {
  return (
    <span class="report-name">
      <svg viewBox="0 0 9 9" aria-hidden="true">
        <circle cx="4.5" cy="4.5" r="4.5" fill={`var(--series-${colorIndex + 1})`} />
      </svg>
      <a href={paths.repository(tenantId, repositoryId)}>{fullName}</a>
    </span>
  );
}

type Named = Pick<Report['repositories'][number], 'repositoryId' | 'fullName' | 'colorIndex'>;

function Movers({ report }: { report: Report }) {
  const { risers, fallers, repositoryCount } = report;
  if (repositoryCount < 2 || risers.length + fallers.length === 0) return null;
  return (
    <div class="report-columns">
      <MoverList title="Rose most" report={report} movers={risers} />
      <MoverList title="Fell most" report={report} movers={fallers} />
    </div>
  );
}

interface MoverListProps {
  title: string;
  report: Report;
  movers: Report['risers'];
}

function MoverList({ title, report, movers }: MoverListProps) {
  return (
    <Section title={title}>
      {movers.length === 0 && <p class="muted">None.</p>}
      <ul class="report-list">
        {movers.map((mover) => (
          <li key={mover.repositoryId}>
            <Name tenantId={report.tenant.tenantId} {...mover} />
            <span>
              {formatDifference(mover.difference)} views{' '}
              {mover.change !== null && <Change change={mover.change} reason={null} />}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The first of a list, and a button for the others. */
function useFew<Item>(items: readonly Item[], few: number) {
  const [all, setAll] = useState(false);
  const more = items.length > few && (
    <p class="report-more">
      <button type="button" class="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? `Show the first ${few}` : `Show all ${formatCount(items.length)}`}
      </button>
    </p>
  );
  return { shown: all ? items : items.slice(0, few), more };
}

/** How many more there are than the report lists. */
function Unlisted({ count }: { count: number }) {
  return count > 0 ? <p class="muted">…{andMore(count)}.</p> : null;
}

const FEW_REPOSITORIES = 25;

function Repositories({ report }: { report: Report }) {
  const { tenant, period, range, repositories, repositoryCount, comparisons } = report;
  const { shown, more } = useFew(repositories, FEW_REPOSITORIES);
  const hasYear = repositories.some(({ year }) => year.change !== null);
  const unlisted = repositoryCount - repositories.length;
  return (
    <Section title="Repositories" class="report-ranking">
      <DataTable
        label="Repositories"
        columns={[
          { label: 'Repository' },
          { label: 'Views', numeric: true },
          { label: `vs ${comparisons.previous.label}`, numeric: true },
          { label: 'Clones', numeric: true },
          { label: period.kind === 'week' ? 'Visitors' : 'Visitors (max)', numeric: true },
          hasYear && { label: `vs ${comparisons.year.label}`, numeric: true },
          { label: 'Days known', numeric: true },
        ]}
      >
        {shown.map((one) => (
          <tr key={one.repositoryId}>
            <th scope="row">
              <Name tenantId={tenant.tenantId} {...one} />
            </th>
            <td class="number">{formatCount(one.totals.viewCount)}</td>
            <td class="number">
              <Changed of={one.previous} />
            </td>
            <td class="number">{formatCount(one.totals.cloneCount)}</td>
            <td class="number">{visitorsOf(one)}</td>
            {hasYear && (
              <td class="number">
                <Changed of={one.year} />
              </td>
            )}
            <td class="number">
              {formatCount(one.totals.knownDays)} of {formatCount(range.days)}
            </td>
          </tr>
        ))}
      </DataTable>
      {more}
      <Unlisted count={unlisted} />
    </Section>
  );
}

/** GitHub's own number of a week, which is exact; otherwise the sum of days. */
function visitorsOf({ weekUniques, totals }: Report['repositories'][number]): string {
  if (weekUniques) return `${formatCount(weekUniques.count)}${weekUniques.soFar ? ' so far' : ''}`;
  return formatCount(totals.viewUniquesUpper);
}

const FEW_REFERRERS = 10;
const MAX_NAMED = 2;

function Referrers({ report: { tenant, referrers, referrerCount } }: { report: Report }) {
  const { shown, more } = useFew(referrers, FEW_REFERRERS);
  const unlisted = referrerCount - referrers.length;
  return (
    <Section title="Referrers that entered">
      {referrers.length === 0 && <p class="muted">None in this period.</p>}
      <ul class="report-list">
        {shown.map(({ referrer, peak, repositories }) => (
          <li key={referrer}>
            <span>
              {referrer}{' '}
              <span class="muted">
                →{' '}
                {repositories.slice(0, MAX_NAMED).map(({ repositoryId, fullName }, place) => (
                  <>
                    {place > 0 && ', '}
                    <a href={paths.repository(tenant.tenantId, repositoryId)}>{fullName.split('/')[1]}</a>
                  </>
                ))}
                {repositories.length > MAX_NAMED && ` ${andMore(repositories.length - MAX_NAMED)}`}
              </span>
            </span>
            <span>
              peak {formatCount(peak.viewCount)} on {formatShortDay(peak.date)}
            </span>
          </li>
        ))}
      </ul>
      {more}
      <Unlisted count={unlisted} />
    </Section>
  );
}

const FEW_EVENTS = 12;

/** Referrers and added repositories have lists of their own. */
const isTold = ({ kind }: { kind: Report['events'][number]['kind'] }) =>
  kind !== 'referrer' && kind !== 'tracking';

/** The oldest first, as one tells it. */
function Happened({ report: { tenant, events, eventCounts, repositoryCount } }: { report: Report }) {
  const told = events.filter(isTold).toReversed();
  const { shown, more } = useFew(told, FEW_EVENTS);
  const unlisted = eventCounts.filter(isTold).reduce((sum, { count }) => sum + count, 0) - told.length;
  return (
    <Section title="What happened">
      {told.length === 0 && <p class="muted">Nothing in this period.</p>}
      <ul class="report-list dated">
        {shown.map((event, place) => (
          <li key={place}>
            <EventTime event={event} />
            <span>
              <EventSentence tenantId={tenant.tenantId} event={event} named={repositoryCount > 1} />
            </span>
          </li>
        ))}
      </ul>
      {more}
      <Unlisted count={unlisted} />
    </Section>
  );
}

/** Stars and downloads, if there are any. */
function Gains({ report }: { report: Report }) {
  const { stars, downloads } = report.totals;
  if (!stars.gained && !downloads.gained) return null;
  return (
    <div class="report-columns">
      {stars.gained ? (
        <Section title={`${formatDifference(stars.gained)} stars`}>
          <ReportChart title="Stars gained" model={gainsModel(report, 'stars')} takes="half" />
        </Section>
      ) : null}
      {downloads.gained ? (
        <Section title={plural(downloads.gained, 'download')}>
          <ReportChart title="Downloads" model={gainsModel(report, 'downloads')} takes="half" />
        </Section>
      ) : null}
    </div>
  );
}

function Groups({ report: { groups, comparisons } }: { report: Report }) {
  const place = usePlace();
  if (groups.length === 0) return null;
  return (
    <Section title="Groups">
      <DataTable
        label="Groups"
        columns={[
          { label: 'Group' },
          { label: 'Repositories', numeric: true },
          { label: 'Views', numeric: true },
          { label: `vs ${comparisons.previous.label}`, numeric: true },
          { label: 'Clones', numeric: true },
        ]}
      >
        {groups.map((group) => (
          <tr key={group.groupId}>
            <th scope="row">
              <a href={withQuery(place, { group: String(group.groupId) })}>{group.name}</a>
            </th>
            <td class="number">{formatCount(group.repositoryCount)}</td>
            <td class="number">{formatCount(group.totals.viewCount)}</td>
            <td class="number">
              <Changed of={group.previous} />
            </td>
            <td class="number">{formatCount(group.totals.cloneCount)}</td>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

/** Every figure beside the period before and the year before. */
function Compared({ report: { totals, comparisons, period } }: { report: Report }) {
  const { viewCount, viewUniques, cloneCount, cloneUniques, stars, downloads } = totals;
  const rows: [
    label: string,
    value: number | null,
    changes: { previous: ReportChange; year: ReportChange },
  ][] = [
    ['Views', viewCount.count, viewCount],
    ['Visitors (max)', viewUniques.upper, viewUniques],
    ['Clones', cloneCount.count, cloneCount],
    ['Cloners (max)', cloneUniques.upper, cloneUniques],
    ['Stars gained', stars.gained, stars],
    ['Downloads', downloads.gained, downloads],
  ];
  return (
    <Section title="All figures">
      <DataTable
        label="All figures"
        columns={[
          { label: 'Figure' },
          { label: period.label, numeric: true },
          { label: `vs ${comparisons.previous.label}`, numeric: true },
          { label: `vs ${comparisons.year.label}`, numeric: true },
        ]}
      >
        {rows.map(([label, value, { previous, year }]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td class="number">{formatCount(value)}</td>
            <td class="number">
              <Changed of={previous} />
            </td>
            <td class="number">
              <Changed of={year} />
            </td>
          </tr>
        ))}
      </DataTable>
      <p class="muted report-basis">{basisOf(comparisons.previous)}</p>
    </Section>
  );
}

/** Which days are compared. */
function basisOf({ comparable, from, to, previousFrom, previousTo, repositories }: Basis): string {
  if (!comparable) return 'No comparison: some days are missing.';
  const { compared, total } = repositories;
  const which = compared < total ? `, of ${compared} of ${plural(total, 'repository', 'repositories')}` : '';
  return `Compared: ${formatSpan(from, to)} against ${formatSpan(previousFrom, previousTo)}${which}. Settled days only, weekdays aligned.`;
}

type Basis = Report['comparisons']['previous'];

function NewlyTracked({ report: { tenant, newlyTracked } }: { report: Report }) {
  const { count, repositories } = newlyTracked;
  if (count === 0) return null;
  return (
    <Section title={`${plural(count, 'repository', 'repositories')} added by rules`}>
      <ul class="report-list">
        {repositories.map(({ repositoryId, fullName, rule }) => (
          <li key={repositoryId}>
            <a href={paths.repository(tenant.tenantId, repositoryId)}>{fullName}</a>
            <span class="muted">{rule}</span>
          </li>
        ))}
      </ul>
      <Unlisted count={count - repositories.length} />
    </Section>
  );
}
