import { useEffect, useState } from 'preact/hooks';
import type { Right } from '../lib/access.ts';
import type { Me } from '../lib/answers/me.ts';
import { mayInSystem, mayInTenant, maySomewhere } from './access.ts';
import { type Loaded, preload, useAnswer } from './answers.ts';
import { type Api, ApiError } from './api.ts';
import { MeContext, useApp, useMe } from './app-context.ts';
import { lazy, Skeleton } from './controls/loading.tsx';
import { Failure } from './controls/notice.tsx';
import { Forbidden, Home, NotFound } from './fallback.tsx';
import { type Place, usePlace } from './location.ts';
import { Overview } from './overview/overview.tsx';
import { overviewRead, repositoryRead } from './overview/view.ts';
import { reads } from './reads.ts';
import { type Route, toRoute } from './routes.ts';
import { Shell } from './shell.tsx';
import { SignOut } from './sign-out.tsx';
import { lastTenant } from './tenant-switch.tsx';
import { Welcome } from './welcome/welcome.tsx';

const Initialize = lazy(async () => (await import('./welcome/initialize.tsx')).Initialize);
const Repository = lazy(async () => (await import('./repository/repository.tsx')).RepositoryPage);
const Compare = lazy(async () => (await import('./compare/compare.tsx')).Compare);
const Repositories = lazy(async () => (await import('./repositories/repositories.tsx')).Repositories);
const Rules = lazy(async () => (await import('./rules/rules.tsx')).Rules);
const Dashboards = lazy(async () => (await import('./dashboards/dashboards.tsx')).Dashboards);
const Reports = lazy(async () => (await import('./reports/reports.tsx')).Reports);
const Collection = lazy(async () => (await import('./runs/collection.tsx')).Collection);
const Annotations = lazy(async () => (await import('./events/annotations.tsx')).Annotations);
const Alerts = lazy(async () => (await import('./alerts/alerts.tsx')).Alerts);
const Groups = lazy(async () => (await import('./groups/groups.tsx')).Groups);
const Notifications = lazy(async () => (await import('./notifications/notifications.tsx')).Notifications);
const Export = lazy(async () => (await import('./exports/export.tsx')).Export);
const Shares = lazy(async () => (await import('./share/shares.tsx')).Shares);
const Keys = lazy(async () => (await import('./keys/keys.tsx')).Keys);
const Imports = lazy(async () => (await import('./imports/imports.tsx')).Imports);
const Audit = lazy(async () => (await import('./audit/audit.tsx')).Audit);
const MailPage = lazy(async () => (await import('./mail/mail.tsx')).MailPage);
const Administration = lazy(async () => (await import('./admin/administration.tsx')).Administration);

/** Without a sign-in, shows the welcome page, or leaves to sign in if the address names a page. */
export function Root({ signInError }: { signInError: Error | undefined }) {
  const { session } = useApp();
  const place = usePlace();
  // Whoever gets a mail need not be a member.
  if (place.path === '/mail') return <MailPage />;
  if (session.signedIn()) return <SignedIn />;
  // Whoever has just made their account is signed in at the provider.
  const isAsked = place.path !== '/' || place.query.has('sign-in');
  if (isAsked && !signInError) return <Leaving />;
  return <Welcome signInError={signInError} />;
}

/** Leaves for the provider, which leads back to this address. */
function Leaving() {
  const { session } = useApp();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    const unreachable = new Error('Can’t reach the identity provider. Try again in a minute.');
    const returnTo = (location.pathname + location.search).replace('?sign-in', '');
    session.signIn(returnTo).catch(() => setError(unreachable));
  }, [session]);
  return (
    <main class="page narrow">
      <h1>Sign in</h1>
      {error ? (
        <Failure error={error} retry={() => location.reload()} />
      ) : (
        <p role="status">Taking you to sign-in…</p>
      )}
    </main>
  );
}

function SignedIn() {
  const { api } = useApp();
  const place = usePlace();
  const route = toRoute(place.path);
  const initializing = route.page === 'initialize';
  const me = useWho(initializing ? null : route);
  useEffect(() => preloadFirst(api, route, place), []);
  return (
    <Shell me={me.answer} route={route}>
      {initializing || asksToInitialize(me.error) ? (
        <Initialize onDone={me.reload} />
      ) : (
        <Known me={me} route={route} place={place} />
      )}
    </Shell>
  );
}

/** Who is signed in, with their rights in the tenant that the page shows, or in the last used one. */
function useWho(route: Route | null): Loaded<Me> {
  const shown = (route && 'tenantId' in route ? route.tenantId : lastTenant()) || null;
  const [asked, setAsked] = useState(shown);
  const me = useAnswer(route && reads.me(asked));
  const isListed = !me.answer?.moreTenants || isOwn(me.answer, shown);
  useEffect(() => {
    if (!isListed) setAsked(shown);
  }, [isListed, shown]);
  return { ...me, loading: me.loading || (!isListed && asked !== shown) };
}

const isOwn = (me: Me, tenantId: number | null) => me.tenants.some((tenant) => tenant.tenantId === tenantId);

/** The installation is not set up, or the database needs an upgrade: the same page does both. */
function asksToInitialize(error: Error | undefined): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.code !== 'schema_mismatch') return error.code === 'not_initialized';
  const { stored, expected } = error.details as { stored: number; expected: number };
  return stored < expected;
}

/** Requests the first page's figures in parallel with `/me`. */
function preloadFirst(api: Api, route: Route, { query }: Place) {
  if (route.page === 'overview' && !query.has('tab')) preload(api, overviewRead(route.tenantId, query));
  if (route.page === 'repository') preload(api, repositoryRead(route.tenantId, route.repositoryId, query));
}

interface KnownProps {
  me: Loaded<Me>;
  route: Route;
  place: Place;
}

/** The page, once it is known who is signed in. */
function Known({ me, route, place }: KnownProps) {
  if (me.error)
    return (
      <div class="page narrow">
        <h1>GitHub Traffic Analytics</h1>
        <Failure error={me.error} retry={me.reload} />
        <p>
          <SignOut />
        </p>
      </div>
    );
  const isWaiting = me.loading && 'tenantId' in route && !(me.answer && isOwn(me.answer, route.tenantId));
  if (!me.answer || isWaiting)
    return (
      <div class="page">
        <Skeleton />
      </div>
    );
  return (
    <MeContext.Provider value={{ me: me.answer, reloadMe: me.reload }}>
      <Page route={route} key={place.path} />
    </MeContext.Provider>
  );
}

function Page({ route }: { route: Route }) {
  const { me } = useMe();
  if ('tenantId' in route) {
    return isOwn(me, route.tenantId) ? <TenantPage route={route} /> : <NotFound />;
  }
  switch (route.page) {
    case 'home':
      return <Home />;
    case 'profile':
      return <Administration route={route} />;
    case 'tenants':
      return maySomewhere(me, 'seeTenant') ? <Administration route={route} /> : <Forbidden />;
    case 'servers':
      return mayInSystem(me, 'seeServers') ? <Administration route={route} /> : <Forbidden />;
    case 'system-roles':
      return mayInSystem(me, 'seeSystemRoles') ? <Administration route={route} /> : <Forbidden />;
    case 'system-log':
      return mayInSystem(me, 'seeAllRuns') ? <Collection tenantId={null} /> : <Forbidden />;
    case 'system-audit':
      return mayInSystem(me, 'seeAllAudit') ? <Audit tenantId={null} /> : <Forbidden />;
    default:
      return <NotFound />;
  }
}

function TenantPage({ route }: { route: Extract<Route, { tenantId: number }> }) {
  const { me } = useMe();
  const { tenantId } = route;
  const may = (right: Right) => mayInTenant(me, tenantId, right);
  switch (route.page) {
    case 'overview':
      return <Overview tenantId={tenantId} />;
    case 'repository':
      return <Repository tenantId={tenantId} repositoryId={route.repositoryId} />;
    case 'compare':
      return <Compare tenantId={tenantId} />;
    case 'repositories':
      return <Repositories tenantId={tenantId} />;
    case 'rules':
      return may('seeAllTraffic') ? <Rules tenantId={tenantId} /> : <Forbidden />;
    case 'dashboards':
      return <Dashboards tenantId={tenantId} />;
    case 'dashboard':
    case 'edit-dashboard': {
      const { page, dashboardId } = route;
      return <Dashboards tenantId={tenantId} dashboardId={dashboardId} edit={page === 'edit-dashboard'} />;
    }
    case 'reports':
      return <Reports tenantId={tenantId} />;
    case 'groups':
      return <Groups tenantId={tenantId} />;
    case 'annotations':
      return <Annotations tenantId={tenantId} />;
    case 'alerts':
      return <Alerts tenantId={tenantId} />;
    case 'members':
      return may('seeMembers') ? <Administration route={route} /> : <Forbidden />;
    case 'notifications':
      return <Notifications tenantId={tenantId} mayChangeChannels={may('changeChannels')} />;
    case 'shares':
      return may('changeShares') ? <Shares tenantId={tenantId} /> : <Forbidden />;
    case 'keys':
      return may('changeKeys') ? <Keys tenantId={tenantId} /> : <Forbidden />;
    case 'export':
      return <Export tenantId={tenantId} />;
    case 'imports':
      return may('changeImports') ? <Imports tenantId={tenantId} /> : <Forbidden />;
    case 'audit':
      return may('seeAudit') ? <Audit tenantId={tenantId} /> : <Forbidden />;
    case 'runs':
      return may('seeRuns') ? <Collection tenantId={tenantId} /> : <Forbidden />;
    case 'run':
      return may('seeRuns') ? <Collection tenantId={tenantId} runId={route.runId} /> : <Forbidden />;
  }
}
