import { render } from 'preact';
import { openApi } from './api.ts';
import { Root } from './app.tsx';
import { AppContext } from './app-context.ts';
import { loadConfig } from './config.ts';
import { Failure } from './controls/notice.tsx';
import { followLinks, replace } from './location.ts';
import { keepInitSecret } from './secret.ts';
import { openSession } from './session.ts';
import { followShortcuts } from './shortcuts.ts';
import { applyTheme } from './theme.tsx';
import { showWaiting } from './waiting.tsx';

async function start(root: HTMLElement) {
  applyTheme();
  keepInitSecret();
  const config = await loadConfig();
  const session = openSession(config);
  const leave = () => session.signIn(location.pathname + location.search);
  const api = openApi(config.apiUrl, session, showWaiting, leave);
  const accounts = config.accounts ? openApi(config.accounts.url, session, showWaiting, leave) : null;
  const signInError = await session.complete().then(
    (returnTo) => {
      if (returnTo) replace(returnTo);
      return undefined;
    },
    (error: Error) => error,
  );
  followLinks();
  followShortcuts();
  render(
    <AppContext.Provider value={{ config, session, api, accounts }}>
      <Root signInError={signInError} />
    </AppContext.Provider>,
    root,
  );
}

const root = document.getElementById('app');
if (root)
  start(root).catch((error: Error) =>
    render(
      <main class="page narrow">
        <h1>GitHub Traffic Analytics</h1>
        <Failure error={error} retry={() => location.reload()} />
      </main>,
      root,
    ),
  );
