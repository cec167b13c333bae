import type { ListRise, RepositoryDay, TenantDay } from '../../lib/answers/day.ts';
import { formatCount, formatShortDay } from '../format.ts';
import { usePlace } from '../location.ts';
import { paths } from '../routes.ts';
import { withView } from '../view.ts';
import { formatMultiple } from './against.tsx';

type Lists = Pick<RepositoryDay, 'lists' | 'referrers' | 'paths'>;

/** What entered or rose in a repository's referrers and paths. */
export function Rises({ shown }: { shown: RepositoryDay }) {
  const { lists, referrers, paths: pages } = shown;
  return (
    <section>
      <h3>
        Referrers that entered or rose
        <ListsNote lists={lists} />
      </h3>
      <RiseList lists={lists} rises={referrers} />
      {(pages.length > 0 || lists?.previousDate) && (
        <>
          <h3 class="second">Paths</h3>
          <RiseList lists={lists} rises={pages} />
        </>
      )}
    </section>
  );
}

function ListsNote({ lists }: Pick<Lists, 'lists'>) {
  if (!lists?.previousDate) return null;
  return (
    <span class="muted">
      {' '}
      · 14-day views, list of {formatShortDay(lists.date)} against {formatShortDay(lists.previousDate)}
    </span>
  );
}

function RiseList({ lists, rises }: { lists: Lists['lists']; rises: readonly ListRise[] }) {
  if (!lists) return <p class="muted small">No list contains this day.</p>;
  if (!lists.previousDate) return <p class="muted small">There is no earlier list to compare with.</p>;
  if (rises.length === 0) return <p class="muted small">Nothing entered or rose.</p>;
  const most = Math.max(...rises.map(({ atMost }) => atMost));
  return (
    <ul class="rise">
      {rises.map((rise) => (
        <li key={rise.name}>
          <RowBar share={rise.atMost / most} />
          <span class="ell" title={rise.name}>
            {rise.name}
          </span>
          <span>
            {rise.previousRank === null && (
              <span class="tag info">
                {rise.isFirstSeen ? 'first seen' : 'entered'}, rank {rise.rank}
              </span>
            )}
          </span>
          <b>{formatRise(rise)}</b>
        </li>
      ))}
    </ul>
  );
}

/** A name that entered a full list may have had views before. */
function formatRise({ atLeast, atMost }: ListRise): string {
  return atLeast === atMost
    ? `+${formatCount(atMost)}`
    : `+${formatCount(atLeast)} to ${formatCount(atMost)}`;
}

function RowBar({ share }: { share: number }) {
  return (
    <svg class="rowbar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect width={(share * 100).toFixed(1)} height="10" />
    </svg>
  );
}

const METRICS = {
  viewCount: 'views',
  viewUniques: 'visitors',
  cloneCount: 'clones',
  cloneUniques: 'cloners',
} as const;

/** The repositories that made a tenant's day, and what rose in the lists of each. */
export function Makers({ shown }: { shown: TenantDay }) {
  const asked = usePlace().query.get('metric');
  const metric =
    (Object.keys(METRICS) as (keyof typeof METRICS)[]).find((one) => one === asked) ?? 'viewCount';
  const extraOf = ({ figures, usual }: TenantDay['repositories'][number]) =>
    (figures[metric] ?? 0) - (usual[metric] ?? 0);
  const most = Math.max(1, ...shown.repositories.map(extraOf));
  return (
    <section>
      <h3>
        Which repositories made the day<span class="muted"> · {METRICS[metric]} above the usual</span>
      </h3>
      {shown.repositories.length === 0 && <p class="muted small">None was above its usual figures.</p>}
      <ul class="makers">
        {shown.repositories.map((one) => (
          <li key={one.repositoryId}>
            <div class="maker">
              <RowBar share={extraOf(one) / most} />
              <a
                class="ell"
                href={withView(`${paths.repository(shown.tenantId, one.repositoryId)}?day=${shown.date}`)}
              >
                {one.fullName}
              </a>
              <span class="muted">{formatMultiple(one.figures[metric], one.usual[metric])}</span>
              <b>+{formatCount(extraOf(one))}</b>
            </div>
            <MakerRises rises={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const MAX_NAMED = 2;

function MakerRises({ rises: { referrers, lists } }: { rises: Lists }) {
  const [first] = referrers;
  if (!first || !lists?.previousDate) return null;
  return (
    <ul class="maker-rises">
      {referrers.slice(0, MAX_NAMED).map((rise) => (
        <li key={rise.name}>
          <span class="ell" title={rise.name}>
            {rise.name}
          </span>{' '}
          {rise.previousRank === null && (
            <span class="tag info">{rise.isFirstSeen ? 'first seen' : 'entered'}</span>
          )}{' '}
          {formatRise(rise)}
        </li>
      ))}
    </ul>
  );
}
