import { useState } from 'preact/hooks';
import type { Annotation, AnnotationList } from '../../lib/answers/annotations.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { formatDay, formatSpan, plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { AnnotateButton } from './annotate-button.tsx';
import { AnnotationDialog } from './annotation-dialog.tsx';

/** All annotations of a tenant, the latest day first. */
export function Annotations({ tenantId }: { tenantId: number }) {
  const { query } = usePlace();
  const q = query.get('q');
  const list = useAnswer(reads.annotations(tenantId, { q, page: query.get('page') }));
  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Annotations"
        below={<p class="lead">Notes on days, which charts and lists of what happened show.</p>}
        actions={<AnnotateButton tenantId={tenantId} class="button primary" onSaved={list.reload} />}
      />
      <Panel title="All annotations" beside={<SearchBox label="Search annotations" />}>
        <Answered loaded={list}>
          {({ annotations, page }) =>
            annotations.length === 0 ? (
              <Nothing isSearch={q !== null} />
            ) : (
              <>
                <AnnotationTable tenantId={tenantId} annotations={annotations} onChanged={list.reload} />
                <Pager page={page} things="annotations" />
              </>
            )
          }
        </Answered>
      </Panel>
    </div>
  );
}

function Nothing({ isSearch }: { isSearch: boolean }) {
  if (isSearch) return <p class="none">No annotation has this text.</p>;
  return (
    <Empty title="No annotations yet">
      <p>Note launches, talks and articles, and see in the charts what they changed.</p>
    </Empty>
  );
}

interface AnnotationTableProps {
  tenantId: number;
  annotations: AnnotationList['annotations'];
  onChanged: () => void;
}

function AnnotationTable({ tenantId, annotations, onChanged }: AnnotationTableProps) {
  const { me } = useMe();
  const [editing, setEditing] = useState<Annotation>();
  const mayChange = mayInTenant(me, tenantId, 'changeAnnotations');
  const close = () => setEditing(undefined);
  return (
    <>
      <DataTable
        label="Annotations"
        cards
        columns={[
          { label: 'Text' },
          { label: 'Days' },
          { label: 'About' },
          { label: 'By' },
          mayChange && { label: 'Actions', unseen: true },
        ]}
      >
        {annotations.map((one) => (
          <tr key={one.annotationId}>
            <th scope="row" class="name">
              {one.link ? (
                <a href={one.link} target="_blank" rel="noopener noreferrer">
                  {one.text}
                </a>
              ) : (
                one.text
              )}
            </th>
            <td data-label="Days">
              {one.to === one.date ? formatDay(one.date) : formatSpan(one.date, one.to)}
            </td>
            <td data-label="About">
              <About tenantId={tenantId} annotation={one} />
            </td>
            <td data-label="By">{one.author}</td>
            {mayChange && (
              <td class="actions">
                <button type="button" class="button small" onClick={() => setEditing(one)}>
                  Edit…<span class="unseen"> {one.text}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </DataTable>
      {editing && (
        <AnnotationDialog
          tenantId={tenantId}
          start={{}}
          event={{ ...editing, title: editing.text, url: editing.link }}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
          }}
        />
      )}
    </>
  );
}

/** The repositories that an annotation is about. */
function About({ tenantId, annotation }: { tenantId: number; annotation: Annotation }) {
  const { scope, group, repositories, repositoryCount } = annotation;
  if (scope === 'all') return <>All repositories</>;
  if (group) return <a href={paths.overviewOfGroup(tenantId, group.groupId)}>{group.name}</a>;
  const [first] = repositories;
  if (!first || repositoryCount > 1) return <>{plural(repositoryCount, 'repository', 'repositories')}</>;
  return <a href={paths.repository(tenantId, first.repositoryId)}>{first.fullName}</a>;
}
