import { type ComponentChildren, Fragment } from 'preact';
import type { Me } from '../lib/answers/me.ts';
import { Logo } from './controls/icon.tsx';
import { Menu, type MenuSection } from './controls/menu.tsx';
import { Footer, HelpButton } from './footer.tsx';
import { mainPages, type PageLink, SETTINGS, type SettingsGroup, settingsPages } from './pages.ts';
import { paths, type Route } from './routes.ts';
import { lastTenant, TenantSwitch } from './tenant-switch.tsx';
import { ThemeSwitch, themeSection } from './theme.tsx';
import { withView } from './view.ts';
import { Waiting } from './waiting.tsx';

interface ShellProps {
  me?: Me | undefined;
  route?: Route;
  children: ComponentChildren;
}

/** The frame of every page: product, tenant, pages, settings, help and profile. */
export function Shell({ me, route, children }: ShellProps) {
  const tenantId = me && route ? tenantOf(me, route) : null;
  const groups = me && route ? settingsPages(me, tenantId) : [];
  // Known from the address, so that nothing moves when the person is.
  const isSetting = route !== undefined && SETTINGS.includes(route.page);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the page
      </a>
      <header class="bar">
        <a class="brand" href={tenantId === null ? '/' : paths.overview(tenantId)}>
          <Logo />
          <span>{me?.installation || 'Repository traffic'}</span>
        </a>
        {me && route && tenantId !== null && (
          <>
            <span class="slash" aria-hidden="true">
              /
            </span>
            <TenantSwitch me={me} tenantId={tenantId} route={route} />
            <nav class="nav" aria-label="Pages">
              {mainPages(tenantId).map((link) => (
                <PageAnchor key={link.label} link={link} route={route} />
              ))}
            </nav>
          </>
        )}
        <span class={tenantId === null ? 'grow' : 'grow only-phone'} />
        <HelpButton />
        {me && route ? <Own me={me} route={route} tenantId={tenantId} groups={groups} /> : <ThemeSwitch />}
      </header>
      <Waiting />
      <div class={isSetting ? 'settings' : undefined}>
        {isSetting && <Side groups={groups} route={route} />}
        <main key="main" id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Footer />
    </>
  );
}

/** The tenant of the page, or the last used one. */
function tenantOf(me: Me, route: Route): number | null {
  const wanted = 'tenantId' in route ? route.tenantId : lastTenant();
  const found = me.tenants.find((tenant) => tenant.tenantId === wanted) ?? me.tenants[0];
  return found?.tenantId ?? null;
}

const isCurrent = ({ pages }: PageLink, route: Route | undefined) =>
  route !== undefined && pages.includes(route.page);

function PageAnchor({ link, route }: { link: PageLink; route: Route | undefined }) {
  return (
    <a href={link.href} aria-current={isCurrent(link, route) ? 'page' : undefined}>
      {link.label}
      {link.problems ? <Problems count={link.problems} /> : null}
    </a>
  );
}

function Problems({ count }: { count: number }) {
  return (
    <span class="tag warning">
      {count}
      <span class="unseen"> {count === 1 ? 'problem' : 'problems'}</span>
    </span>
  );
}

/** The list beside a page of the settings. */
function Side({ groups, route }: { groups: SettingsGroup[]; route: Route | undefined }) {
  return (
    <nav class="side" aria-label="Settings">
      {groups.map(({ label, links }) => (
        <Fragment key={label}>
          <h2>{label}</h2>
          <ul>
            {links
              .filter(({ opensDialog }) => !opensDialog)
              .map((link) => (
                <li key={link.label}>
                  <PageAnchor link={link} route={route} />
                </li>
              ))}
          </ul>
        </Fragment>
      ))}
    </nav>
  );
}

interface OwnProps {
  me: Me;
  route: Route;
  tenantId: number | null;
  groups: SettingsGroup[];
}

/** Settings and profile; on a phone one menu with all pages. */
function Own({ me, route, tenantId, groups }: OwnProps) {
  const count = groups.flatMap(({ links }) => links).reduce((sum, link) => sum + (link.problems ?? 0), 0);
  const needs = count ? `: ${count} ${count === 1 ? 'problem' : 'problems'}` : '';
  const toItem = (link: PageLink) => ({
    label: link.label,
    href: link.href,
    current: isCurrent(link, route),
    ...(link.problems ? { note: <Problems count={link.problems} /> } : {}),
  });
  const settings = (): MenuSection[] =>
    groups.map(({ label, links }) => ({ label, items: links.map(toItem) }));
  const name = me.displayName || me.email;
  const profile = { label: name, href: withView('/me'), current: route.page === 'profile' };
  return (
    <>
      <span class="only-wide">
        <Menu
          label={`Settings${needs}`}
          icon="gear"
          class="iconbtn"
          sections={() => [...settings(), themeSection()]}
        >
          {count > 0 && <span class="mark" />}
        </Menu>
      </span>
      <a class="iconbtn only-wide" href={profile.href} aria-current={profile.current ? 'page' : undefined}>
        <span class="avatar" aria-hidden="true">
          {initialsOf(name)}
        </span>
        <span class="unseen">Your profile: {name}</span>
      </a>
      <span class="only-phone">
        <Menu
          label={`Menu${needs}`}
          icon="menu"
          class="iconbtn"
          sections={() => [
            ...(tenantId === null ? [] : [{ items: mainPages(tenantId).map(toItem) }]),
            ...settings(),
            themeSection(),
            { items: [profile] },
          ]}
        >
          {count > 0 && <span class="mark" />}
        </Menu>
      </span>
    </>
  );
}

/** Of the first and the last word: "Ada Lovelace" gives "AL". */
function initialsOf(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter(Boolean);
  const last = words.length > 1 && !name.includes('@') ? words.at(-1) : words[1];
  return [words[0], last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
