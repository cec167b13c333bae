import { useEffect, useLayoutEffect } from 'preact/hooks';
import type { Report } from '../../lib/answers/reports.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Empty, Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { GroupMenu } from '../groups/group-menu.tsx';
import { usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ShareButton } from '../share/share-button.tsx';
import type { ShareTarget } from '../share/target.ts';
import style from '../style/reports.css' with { type: 'text' };
import { applyTheme } from '../theme.tsx';
import { DownloadMenu } from './download-menu.tsx';
import { requestOf } from './period.ts';
import { PeriodMenu } from './period-menu.tsx';
import { SendButton } from './send-button.tsx';
import { Sheet } from './sheet.tsx';

/** The report of a week, a month or any days, to read, print, send and share. */
export function Reports({ tenantId }: { tenantId: number }) {
  const place = usePlace();
  const group = place.query.get('group');
  const request = { ...requestOf(place.query), group };
  const loaded = useAnswer(reads.report(tenantId, request), { onFailure: 'keep' });
  const report = loaded.answer;
  useReportStyle();
  useLightPaper();
  useEffect(() => {
    // The name that browsers propose for a PDF.
    if (report) document.title = `${report.title} · ${report.group?.name ?? report.tenant.name}`;
  }, [report]);
  return (
    <div class="page report-page" aria-busy={loaded.loading}>
      <PageHead
        title="Report"
        scrolls
        beside={<PeriodMenu report={report} />}
        actions={
          <>
            <GroupMenu tenantId={tenantId} groups={groupsOf(report)} count={countOf(report)} />
            <DownloadMenu tenantId={tenantId} request={request} report={report} />
            <SendButton report={report} />
            <ShareButton tenantId={tenantId} target={report && targetOf(report)} />
            <button type="button" class="button primary" disabled={!report} onClick={() => window.print()}>
              <Icon name="print" /> Print or save as PDF
            </button>
          </>
        }
      />
      {loaded.error && <Failure error={loaded.error} retry={loaded.reload} keptFrom={loaded.keptFrom} />}
      {report ? (
        <div class={loaded.loading || loaded.error ? 'stale' : undefined}>
          {report.repositoryCount === 0 ? <Nothing report={report} /> : <Sheet report={report} />}
        </div>
      ) : (
        !loaded.error && (
          <div class="report-sheet">
            <Skeleton rows={14} />
          </div>
        )
      )}
    </div>
  );
}

/** The groups that the menu need not ask for. */
const groupsOf = (report: Report | undefined) =>
  report && (report.group ? [{ ...report.group, count: report.repositoryCount }] : []);

const countOf = (report: Report | undefined) => (report?.group ? undefined : report?.repositoryCount);

/** The same days and repositories as a share. */
function targetOf({ group, period, range }: Report): ShareTarget {
  const days = { from: range.from, to: range.to };
  if (!group) return { subject: 'portfolio', name: `the overview of ${period.label}`, days };
  return { subject: 'group', groupId: group.groupId, name: `${group.name}, ${period.label}`, days };
}

/** There is no repository, or none in the group. */
function Nothing({ report: { tenant, group } }: { report: Report }) {
  const { me } = useMe();
  const place = usePlace();
  if (group)
    return (
      <Empty title="This group is empty">
        <p>
          No repository is in it now.{' '}
          <a href={withQuery(place, { group: null })}>Report on all repositories</a>
        </p>
      </Empty>
    );
  const mayAdd = mayInTenant(me, tenant.tenantId, 'changeRepositories');
  return (
    <Empty title="No repositories yet">
      <p>A report needs repositories whose traffic is collected.</p>
      {mayAdd ? (
        <p>
          <a class="button primary" href={paths.repositories(tenant.tenantId)}>
            Add repositories
          </a>
        </p>
      ) : (
        <p>A manager of this tenant can add some.</p>
      )}
    </Empty>
  );
}

/** The styles of the sheet, and of the pages that are printed, as long as the report is shown. */
function useReportStyle() {
  useLayoutEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  }, []);
}

/** Paper is light, whatever the screen is. */
function useLightPaper() {
  useEffect(() => {
    const before = () => applyTheme('light');
    const after = () => applyTheme();
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, []);
}
