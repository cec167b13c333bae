import { useEffect } from 'preact/hooks';
import { rightsOf, tenantRightsOf } from './access.ts';
import { preload, useAnswer } from './answers.ts';
import { ApiError } from './api.ts';
import { MeContext, useApp, useMe } from './app-context.ts';
import { Failure } from './controls/failure.tsx';
import { lazy } from './controls/lazy.tsx';
import { Skeleton } from './controls/skeleton.tsx';
import { Forbidden, Home, NotFound } from './fallback.tsx';
import { usePlace } from './location.ts';
import { Overview } from './overview/overview.tsx';
import { overviewRead } from './overview/view.ts';
import { reads } from './reads.ts';
import { type Route, toRoute } from './routes.ts';
import { Shell } from './shell.tsx';
import { Welcome } from './welcome/welcome.tsx';

const Initialize = lazy(async () => (await import('./welcome/initialize.tsx')).Initialize);
const Repository = lazy(async () => (await import('./repository/repository.tsx')).RepositoryPage);
const Repositories = lazy(async () => (await import('./repositories/repositories.tsx')).Repositories);
const Runs = lazy(async () => (await import('./runs/runs.tsx')).Runs);
const SystemLog = lazy(async () => (await import('./runs/system-log.tsx')).SystemLog);
const RunPage = lazy(async () => (await import('./runs/run.tsx')).RunPage);
const Members = lazy(async () => (await import('./admin/members.tsx')).Members);
const Tenants = lazy(async () => (await import('./admin/tenants.tsx')).Tenants);
const Servers = lazy(async () => (await import('./admin/servers.tsx')).Servers);
const SystemRoles = lazy(async () => (await import('./admin/system-roles.tsx')).SystemRoles);
const Profile = lazy(async () => (await import('./admin/profile.tsx')).Profile);

/** Who is not signed in sees the welcome page, or is sent to sign in when the address names a page. */
export function Root({ signInError }: { signInError: Error | undefined }) {
  const { session } = useApp();
  const place = usePlace();
  const page = place.path + place.query.toString();
  const leave = !session.signedIn() && place.path !== '/' && !signInError;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a page
  useEffect(() => {
    if (leave) void session.signIn(location.pathname + location.search);
  }, [leave, page]);
  if (session.signedIn()) return <SignedIn />;
  if (leave) return <Leaving />;
  return <Welcome signInError={signInError} />;
}

function Leaving() {
  return (
    <main class="page narrow">
      <p role="status">Taking you to the sign-in…</p>
    </main>
  );
}

function SignedIn() {
  const { api } = useApp();
  const place = usePlace();
  const route = toRoute(place.path);
  const me = useAnswer(reads.me());

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what the first page needs, once
  useEffect(() => {
    if (route.page === 'overview' && !place.query.has('tab'))
      preload(api, overviewRead(route.tenantId, place.query));
  }, []);

  if (me.error instanceof ApiError && me.error.code === 'not_initialized')
    return (
      <Shell>
        <Initialize onDone={me.reload} />
      </Shell>
    );
  if (me.error)
    return (
      <Shell>
        <div class="page narrow">
          <h1>GitHub Traffic Analytics</h1>
          <Failure error={me.error} retry={me.reload} />
        </div>
      </Shell>
    );
  if (!me.answer)
    return (
      <Shell>
        <div class="page">
          <Skeleton />
        </div>
      </Shell>
    );
  return (
    <MeContext.Provider value={{ me: me.answer, reloadMe: me.reload }}>
      <Shell me={me.answer} route={route}>
        <Page route={route} key={place.path} />
      </Shell>
    </MeContext.Provider>
  );
}

function Page({ route }: { route: Route }) {
  const { me } = useMe();
  if ('tenantId' in route) {
    if (!me.tenants.some((tenant) => tenant.tenantId === route.tenantId)) return <NotFound />;
    return <TenantPage route={route} />;
  }
  const rights = rightsOf(me);
  switch (route.page) {
    case 'home':
      return <Home />;
    case 'initialize':
      return <Home />;
    case 'profile':
      return <Profile />;
    case 'tenants':
      return rights.system || rights.manager ? <Tenants /> : <Forbidden needs="administrator, maintainer or manager" />;
    case 'servers':
      return rights.system || rights.manager ? <Servers /> : <Forbidden needs="administrator, maintainer or manager" />;
    case 'system-roles':
      return rights.system ? <SystemRoles /> : <Forbidden needs="administrator or maintainer" />;
    case 'system-log':
      return rights.system ? <SystemLog /> : <Forbidden needs="administrator or maintainer" />;
    default:
      return <NotFound />;
  }
}

function TenantPage({ route }: { route: Extract<Route, { tenantId: number }> }) {
  const { me } = useMe();
  const { tenantId } = route;
  const rights = tenantRightsOf(me, tenantId);
  switch (route.page) {
    case 'overview':
      return <Overview tenantId={tenantId} />;
    case 'repository':
      return <Repository tenantId={tenantId} repositoryId={route.repositoryId} />;
    case 'repositories':
      return <Repositories tenantId={tenantId} />;
    case 'runs':
      return rights.seeRuns ? <Runs tenantId={tenantId} /> : <Forbidden needs="viewer or manager" />;
    case 'run':
      return rights.seeRuns ? (
        <RunPage tenantId={tenantId} runId={route.runId} />
      ) : (
        <Forbidden needs="viewer or manager" />
      );
    case 'members':
      return rights.seeMembers ? <Members tenantId={tenantId} /> : <Forbidden needs="manager" />;
  }
}
