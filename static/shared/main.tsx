import { render } from 'preact';
import { useState } from 'preact/hooks';
import type { SharedPage } from '../../lib/answers/shares.ts';
import { type Sealed, unseal } from './unseal.ts';
import { SharedView } from './view.tsx';

/** `data.json` of a share. */
interface SharedData {
  /** The last day on which it opens. */
  until: string | null;
  /** The feed beside the page; null or absent: none. */
  feed?: string | null;
  page?: SharedPage;
  /** Instead of the page, where there is a password. */
  sealed?: Sealed;
}

/** The page of a share. It asks for one file beside it and for nothing else. */
async function start(root: HTMLElement): Promise<void> {
  const query = new URLSearchParams(location.search);
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (isFramed()) {
    document.documentElement.classList.add('framed');
    if (!mayFrame()) return render(<NotHere />, root);
    followHeight();
  }
  const answer = await fetch('data.json');
  if (!answer.ok) return render(<Gone />, root);
  const { until, feed, page, sealed }: SharedData = await answer.json();
  if (until !== null && until < new Date().toISOString().slice(0, 10)) return render(<Gone />, root);
  if (sealed) return render(<Locked sealed={sealed} />, root);
  if (page) render(<SharedView page={page} feed={feed} />, root);
}

const isFramed = () => window.parent !== window;

/**
 * Whether the page that frames this one is allowed to. A server that sends `frame-ancestors` has decided that before; an object
 * storage cannot send it. Only the origins of ancestors count, or that of the referrer where a browser does not tell them.
 */
function mayFrame(): boolean {
  const allowed = (
    document.querySelector<HTMLMetaElement>('meta[name="frame-origins"]')?.content ?? ''
  ).split(' ');
  if (allowed.includes('*')) return true;
  const { ancestorOrigins } = location;
  const ancestors = ancestorOrigins ? [...ancestorOrigins] : [originOf(document.referrer)];
  return ancestors.every((origin) => allowed.includes(origin));
}

function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return '';
  }
}

/** Tells the frame how high the page is, now and whenever that changes. */
function followHeight(): void {
  const tell = () => {
    const { height } = document.body.getBoundingClientRect();
    window.parent.postMessage({ type: 'traffic-share', height: Math.ceil(height) }, '*');
  };
  new ResizeObserver(tell).observe(document.body);
}

function NotHere() {
  return (
    <article class="shared">
      <p>
        This page may not be shown here.{' '}
        <a href={location.pathname} target="_blank" rel="noreferrer">
          Open it
        </a>
      </p>
    </article>
  );
}

function Gone() {
  return (
    <article class="shared">
      <h1>This page is not shared any more</h1>
      <p>Whoever shared it has ended that, or its last day is over.</p>
    </article>
  );
}

/** Asks for the password, and decrypts what is shown. */
function Locked({ sealed }: { sealed: Sealed }) {
  const [page, setPage] = useState<SharedPage>();
  const [password, setPassword] = useState('');
  const [state, setState] = useState<'' | 'busy' | 'wrong' | 'insecure'>('');
  if (page) return <SharedView page={page} />;

  async function open() {
    if (!globalThis.crypto?.subtle) return setState('insecure');
    setState('busy');
    const text = await unseal(sealed, password);
    if (text === null) return setState('wrong');
    const opened: SharedPage = JSON.parse(text);
    document.title = opened.title;
    setPage(opened);
  }

  return (
    <article class="shared">
      <h1>This page has a password</h1>
      <form
        class="shared-lock"
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <label for="password">Password</label>
        <input
          id="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
          aria-describedby="password-state"
        />
        <button type="submit" disabled={state === 'busy'}>
          {state === 'busy' ? 'One moment…' : 'Open'}
        </button>
        <p id="password-state" role="status">
          {state === 'wrong' && 'That is not the password.'}
          {state === 'insecure' &&
            'A password works only on a page with https. Ask for an address that begins with https://.'}
        </p>
      </form>
    </article>
  );
}

const root = document.getElementById('shared');
if (root)
  start(root).catch(() =>
    render(
      <article class="shared">
        <h1>This page could not be loaded</h1>
        <p>Try again in a minute.</p>
      </article>,
      root,
    ),
  );
