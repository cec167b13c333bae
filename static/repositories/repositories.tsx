import { useState } from 'preact/hooks';
import type {
  RepositoriesAdded,
  Repository,
  RepositoryList as RepositoryListAnswer,
} from '../../lib/answers/repositories.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Answered } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { go, usePlace, withQuery } from '../location.ts';
import { pick } from '../overview/view.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { ActiveRun, useActiveRun } from '../runs/active-run.tsx';
import { FirstRun, useArriving } from '../welcome/first-run.tsx';
import { AddForm } from './add-form.tsx';
import { BatchResult, DiscoverDialog } from './discover-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RepositoryList } from './repository-list.tsx';

/** Which repositories of a tenant are collected, and when: add, discover, schedule, remove. */
export function Repositories({ tenantId }: { tenantId: number }) {
  const { me, reloadMe } = useMe();
  const place = usePlace();
  const first = place.query.has('first');
  const filters = pick(place.query, ['q', 'schedule', 'state', 'page']);
  const list = useAnswer(first ? null : reads.repositories(tenantId, filters));
  const arriving = useArriving(first ? tenantId : null);
  const run = useActiveRun(list.answer?.activeRunId, list.reload);
  const [batch, setBatch] = useState<RepositoriesAdded>();
  const mayChange = mayInTenant(me, tenantId, 'changeRepositories');
  const discovering = mayChange && place.query.has('discover');

  function changed(runId: number | null) {
    if (runId !== null) run.follow(runId);
    list.reload();
    arriving.reload();
    reloadMe();
  }
  function addedMany(added: RepositoriesAdded) {
    setBatch(added);
    go(withQuery(place, { discover: null }));
    changed(added.runId);
  }

  const adding = (
    <>
      {mayChange && (
        <AddForm
          tenantId={tenantId}
          onAdded={(added) => changed(added.runId)}
          onDiscover={() => go(withQuery(place, { discover: '1' }))}
        />
      )}
      {batch && <BatchResult tenantId={tenantId} batch={batch} />}
      {discovering && (
        <DiscoverDialog
          tenantId={tenantId}
          onClose={() => go(withQuery(place, { discover: null }))}
          onAdded={addedMany}
        />
      )}
    </>
  );
  if (first)
    return (
      <FirstRun tenantId={tenantId} arriving={arriving.answer}>
        {adding}
      </FirstRun>
    );
  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Repositories"
        actions={
          mayInTenant(me, tenantId, 'seeAllTraffic') && (
            <a class="button" href={paths.rules(tenantId)}>
              Rules
            </a>
          )
        }
      />
      {adding}
      <ActiveRun tenantId={tenantId} run={run} />
      <Answered loaded={list}>
        {(answer) => (
          <Tracked
            tenantId={tenantId}
            answer={answer}
            mayChange={mayChange}
            onChanged={() => changed(null)}
          />
        )}
      </Answered>
    </div>
  );
}

interface TrackedProps {
  tenantId: number;
  answer: RepositoryListAnswer;
  mayChange: boolean;
  onChanged: () => void;
}

/** The list, with the dialog that removes a repository. */
function Tracked({ tenantId, answer, mayChange, onChanged }: TrackedProps) {
  const [removing, setRemoving] = useState<Repository>();
  const close = () => setRemoving(undefined);
  if (answer.repositoryCount === 0) return <NoRepositories tenantId={tenantId} mayAdd={mayChange} />;
  return (
    <>
      <RepositoryList
        tenantId={tenantId}
        answer={answer}
        changing={mayChange ? { onRemove: setRemoving, onScheduled: onChanged } : undefined}
      />
      {removing && (
        <RemoveDialog
          tenantId={tenantId}
          repositoryId={removing.repositoryId}
          fullName={removing.fullName}
          rule={removing.rule}
          onClose={close}
          onRemoved={() => {
            close();
            onChanged();
          }}
        />
      )}
    </>
  );
}

function NoRepositories({ tenantId, mayAdd }: { tenantId: number; mayAdd: boolean }) {
  const { me } = useMe();
  return (
    <Empty title="No repositories yet">
      <p>
        {mayAdd
          ? 'Add one by name above, use “Discover” to list those that this tenant can read, or add a rule that tracks what matches.'
          : 'There are none that you can see. A manager of this tenant can add some.'}
      </p>
      {mayInTenant(me, tenantId, 'changeImports') && (
        <p>
          Another tool has kept their traffic? <a href={paths.imports(tenantId)}>Import its files</a>
        </p>
      )}
    </Empty>
  );
}
