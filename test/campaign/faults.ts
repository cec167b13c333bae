import type { FailureRule } from '../../local/github/failures.ts';
import type { AnswerKind } from '../../local/github/traffic.ts';
import { type Draws, openDeck } from './draws.ts';
import { answersOf, type CampaignTenant } from './world.ts';

/** A fault of GitHub for a tenant's token. */
export interface Fault {
  tenant: number;
  rule: FailureRule;
  /** The requests it affects; null: any. */
  path: RegExp | null;
}

/** The most requests of a step. */
const ALL = Number.POSITIVE_INFINITY;

type Rule = (draws: Draws) => FailureRule;

const BRIEF: readonly [Rule, ...Rule[]] = [
  (draws) => ({ kind: 'down', status: draws.pick([500, 502, 503, 504]), times: draws.whole(1, 2) }),
  (draws) => ({ kind: 'cut', times: draws.whole(1, 3) }),
  () => ({ kind: 'cut', times: 1 }),
  (draws) => ({ kind: 'reset', times: draws.whole(1, 3) }),
  (draws) => ({ kind: 'garbage', times: draws.whole(1, 2) }),
  () => ({ kind: 'garbage', body: '<html>A proxy’s page</html>', contentType: 'text/html', times: 1 }),
  () => ({ kind: 'garbage', body: '{"count":"many","uniques":null,"views":[{}]}', times: 1 }),
  (draws) => ({ kind: 'status', status: 404, message: 'Not Found', times: draws.whole(1, 2) }),
  () => ({ kind: 'status', status: 403, message: 'Must have push access to repository', times: 1 }),
  () => ({ kind: 'status', status: 401, message: 'Bad credentials', times: 1 }),
  () => ({ kind: 'status', status: 401, message: 'Bad credentials', times: ALL }),
  (draws) => ({ kind: 'secondary-limit', status: draws.pick([403, 429]), retryAfter: 1, times: 1 }),
  (draws) => ({ kind: 'rate-limit', status: draws.pick([403, 429]), resetIn: 600, times: 1 }),
  (draws) => ({ kind: 'slow', milliseconds: draws.whole(50, 400), times: draws.whole(1, 20) }),
];

/** A collection first asks for the repository itself. Without a path, most faults would hit only that request. */
const PATHS = [null, /views$/, /clones$/, /views$/, /clones$/, /popular.(referrers|paths)$/] as const;

/** What GitHub shows of traffic during a whole step, the same for every request. */
const SHOWN: Record<AnswerKind, readonly [Rule, ...Rule[]]> = {
  published: [
    (draws) => ({ kind: 'late', hours: draws.whole(6, 47) }),
    (draws) => ({ kind: 'old-copy', days: draws.whole(3, 30) }),
  ],
  sparse: [(draws) => ({ kind: 'late', hours: draws.whole(6, 47) }), () => ({ kind: 'zeros' })],
};

/** Draws GitHub's faults of a step, sometimes for several tenants. */
export function openFaults(
  draws: Draws,
  { tenants }: { tenants: number },
): (least: number, most: number) => Fault[] {
  const dealBrief = openDeck(draws, BRIEF);
  const dealShown = { published: openDeck(draws, SHOWN.published), sparse: openDeck(draws, SHOWN.sparse) };
  const dealPath = openDeck(draws, PATHS);
  return (least, most) => {
    const tenant = () => draws.whole(0, tenants - 1);
    if (draws.chance(0.12)) {
      const shownTo = tenant();
      return [{ tenant: shownTo, rule: dealShown[answersOf(shownTo)]()(draws), path: null }];
    }
    return Array.from({ length: draws.whole(least, most) }, () => {
      return { tenant: tenant(), rule: dealBrief()(draws), path: dealPath() };
    });
  };
}

/** Injects a failure of GitHub; call the result to remove it. */
export function startFaults(tenants: readonly CampaignTenant[], faults: readonly Fault[]): () => void {
  const lifts = faults.flatMap(({ tenant, rule, path }) => {
    const to = tenants[tenant];
    if (!to) return [];
    return [to.served.github.fail({ ...rule, match: { token: to.token, ...(path && { path }) } })];
  });
  return () => {
    for (const lift of lifts) lift();
  };
}
