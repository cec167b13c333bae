import { useEffect, useState } from 'preact/hooks';

/** The address. It holds the whole view, so that back, reload and shared links work. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

const CHANGED = 'place-changed';

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Navigates to an address of these pages. `state` stays with the history entry. */
export function go(href: string, state: unknown = null) {
  if (href === location.pathname + location.search) return;
  history.pushState(state, '', href);
  window.dispatchEvent(new Event(CHANGED));
}

/** Changes the address without a history entry. */
export function replace(href: string) {
  history.replaceState(history.state, '', href);
  window.dispatchEvent(new Event(CHANGED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const changed = () => setPlace(here());
    window.addEventListener('popstate', changed);
    window.addEventListener(CHANGED, changed);
    return () => {
      window.removeEventListener('popstate', changed);
      window.removeEventListener(CHANGED, changed);
    };
  }, []);
  return place;
}

export type Changes = Record<string, string | null>;

/** Back to the first page of a list, because it will show something else. */
export const FIRST_PAGE: Changes = { page: null, cursor: null };

/** The address with some parameters changed; null removes one. */
export function withQuery(place: Place, changes: Changes): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `${place.path}?${text}` : place.path;
}

/** Makes plain clicks on internal links navigate without a reload. */
export function followLinks() {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    if (link.pathname.startsWith('/docs/')) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
