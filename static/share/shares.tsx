import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/loading.tsx';
import { Empty } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { SharedAlready } from './share-list.tsx';
import './sheet.ts';

/** Everything that a tenant shares without an account. */
export function Shares({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.shares(tenantId));
  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Shares"
        below={
          <p class="lead">
            Addresses that open without an account. They never show more than their maker may see.
          </p>
        }
      />
      <Answered loaded={list}>
        {({ shares }) =>
          shares.length === 0 ? (
            <Empty title="Nothing is shared">
              <p>Share the overview, a repository or a dashboard with the button on its page.</p>
            </Empty>
          ) : (
            <section class="panel share-page" aria-label="Shares">
              <SharedAlready tenantId={tenantId} shares={shares} onChanged={list.reload} />
            </section>
          )
        }
      </Answered>
    </div>
  );
}
