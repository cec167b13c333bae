import { useState } from 'preact/hooks';
import type { RepositoriesAdded, Repository } from '../../actions/openapi/repositories.ts';
import { tenantRightsOf } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Empty } from '../controls/empty.tsx';
import { Failure } from '../controls/failure.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Skeleton } from '../controls/skeleton.tsx';
import { plural } from '../format.ts';
import { go, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { RunProgress } from '../runs/progress.tsx';
import { AddForm } from './add-form.tsx';
import { DiscoverDialog } from './discover-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RepositoryList } from './repository-list.tsx';

/** Which repositories of a tenant are collected: add, discover, remove. */
export function Repositories({ tenantId }: { tenantId: number }) {
  const { me, reloadMe } = useMe();
  const place = usePlace();
  const list = useAnswer(reads.repositories(tenantId));
  const [startedRun, setStartedRun] = useState<number | null>(null);
  const [batch, setBatch] = useState<RepositoriesAdded>();
  const [removing, setRemoving] = useState<Repository>();
  const rights = tenantRightsOf(me, tenantId);
  const runId = startedRun ?? list.answer?.activeRunId ?? null;

  function changed(newRun: number | null) {
    if (newRun !== null) setStartedRun(newRun);
    list.reload();
    reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead title="Repositories" />
      {place.query.has('first') && (
        <FirstStep collected={Boolean(list.answer?.repositories.length)} tenantId={tenantId} />
      )}
      {rights.changeRepositories && (
        <AddForm
          tenantId={tenantId}
          onAdded={(added) => changed(added.runId)}
          onDiscover={() => go(withQuery(place, { discover: '1' }))}
        />
      )}
      {batch && <BatchResult batch={batch} />}
      {rights.seeRuns && runId !== null && (
        <RunProgress
          tenantId={tenantId}
          runId={runId}
          onDone={() => {
            setStartedRun(null);
            list.reload();
          }}
        />
      )}
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.answer && !list.error && <Skeleton />}
      {list.answer?.repositories.length === 0 && <NoRepositories mayAdd={rights.changeRepositories} />}
      {list.answer && list.answer.repositories.length > 0 && (
        <RepositoryList
          tenantId={tenantId}
          repositories={list.answer.repositories}
          onRemove={rights.changeRepositories ? setRemoving : undefined}
        />
      )}
      {rights.changeRepositories && place.query.has('discover') && (
        <DiscoverDialog
          tenantId={tenantId}
          onClose={() => go(withQuery(place, { discover: null }))}
          onAdded={(added) => {
            setBatch(added);
            go(withQuery(place, { discover: null }));
            changed(added.runId);
          }}
        />
      )}
      {removing && (
        <RemoveDialog
          tenantId={tenantId}
          repositoryId={removing.repositoryId}
          fullName={removing.fullName}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            setRemoving(undefined);
            changed(null);
          }}
        />
      )}
    </div>
  );
}

function FirstStep({ collected, tenantId }: { collected: boolean; tenantId: number }) {
  return (
    <Notice kind="success" title="The installation is set up">
      {collected ? (
        <p>
          Your repositories are collected every day from now on.{' '}
          <a href={paths.overview(tenantId)}>See their traffic</a>
        </p>
      ) : (
        <p>Next: add the repositories whose traffic you want to keep, by name or with “Discover”.</p>
      )}
    </Notice>
  );
}

function NoRepositories({ mayAdd }: { mayAdd: boolean }) {
  return (
    <Empty title="No repositories yet">
      <p>
        {mayAdd
          ? 'Add one above by its name, or discover those that your token can see.'
          : 'There are none that you may see. A manager of this tenant can add some.'}
      </p>
    </Empty>
  );
}

/** Each of many repositories was accepted or refused by itself. */
function BatchResult({ batch }: { batch: RepositoriesAdded }) {
  const { added, refused } = batch;
  return (
    <Notice
      kind={refused.length ? 'warning' : 'success'}
      title={`${plural(added.length, 'repository', 'repositories')} added${refused.length ? `, ${refused.length} refused` : ''}`}
    >
      {refused.length > 0 && (
        <ul>
          {refused.map((one) => (
            <li key={`${one.owner}/${one.name}`}>
              <strong>
                {one.owner}/{one.name}
              </strong>
              : {one.message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
