import { toConfig } from './pages.ts';
import { request, whenFree } from './request.ts';
import type { Settings } from './settings.ts';

/** What the API tells without a sign-in. */
export interface ApiState {
  initialized: boolean;
  schema: { stored: number | null; expected: number };
}

/** For a platform that is only starting, or whose containers are busy for longer than a minute. */
const MAX_TRIES = 3;
const pause = () => new Promise((resolve) => setTimeout(resolve, 2000));

/** Calls the API as a page does: from the pages' origin, with retries if the platform is busy. Throws a sentence if it stays so. */
async function askApi(settings: Settings, path: string): Promise<Response> {
  const { apiUrl, pagesUrl } = settings;
  const url = new URL(`${apiUrl}${path}`, `${pagesUrl}/`).href;
  const ask = () => request('API_URL', url, { headers: { origin: new URL(pagesUrl).origin } });
  for (let tries = 1; ; tries++) {
    const answer = await whenFree(ask, (line) => console.log(`   ${line}`));
    if (answer.status < 500 && answer.status !== 202) return answer;
    if (tries === MAX_TRIES && answer.status === 202)
      throw new Error(
        `The API takes longer than a minute to answer GET ${path}: does the platform have room for another container?`,
      );
    if (tries === MAX_TRIES) return answer;
    await pause();
  }
}

/** The state of the deployed API; null: it is not deployed. Throws a sentence if it answers with an error. */
export async function readApiState(settings: Settings): Promise<ApiState | null> {
  const answer = await askApi(settings, '/init');
  const text = await answer.text();
  if (answer.status === 200) return JSON.parse(text) as ApiState;
  if (answer.status === 404) return null;
  throw new Error(`The API answers ${answer.status} to GET /init: ${text.slice(0, 1000)}`);
}

/** Throws a sentence unless the API answers, and lets the pages in. */
async function verifyApi(settings: Settings): Promise<ApiState> {
  const { apiUrl, pagesUrl } = settings;
  const state = await readApiState(settings);
  if (state === null) throw new Error(`There is no API at ${apiUrl}: are API_URL and NAMESPACE right?`);
  const refused = await askApi(settings, '/me');
  if (refused.status !== 401)
    throw new Error(`GET ${apiUrl}/me without a token was answered ${refused.status}, not 401.`);
  const allowed = refused.headers.get('access-control-allow-origin');
  const isElsewhere = new URL(apiUrl, pagesUrl).origin !== new URL(pagesUrl).origin;
  if (isElsewhere && allowed !== '*' && allowed !== new URL(pagesUrl).origin)
    throw new Error(`The API does not let in the pages of ${pagesUrl}: is it among ALLOWED_ORIGINS?`);
  return state;
}

async function readPage(settings: Settings, path: string): Promise<Response> {
  const answer = await request('PAGES_URL', `${settings.pagesUrl}${path}`);
  if (answer.status !== 403) return answer;
  const advice = 'let everybody read the bucket’s objects (docs/deploy.md)';
  throw new Error(`${settings.pagesUrl}${path} is not public (403): ${advice}.`);
}

/** Throws a sentence unless browsers get these pages, even at addresses that are no files. */
async function verifyPages(settings: Settings): Promise<void> {
  const { pagesUrl } = settings;
  const entry = await readPage(settings, '/');
  const page = await entry.text();
  if (!entry.ok || !page.includes('Content-Security-Policy'))
    throw new Error(
      `${pagesUrl}/ answers ${entry.status}, and not with the pages: does PAGES_URL lead to COS_BUCKET?`,
    );
  const config = await readPage(settings, '/config.json');
  if ((await config.text()) !== toConfig(settings))
    throw new Error(
      `${pagesUrl}/config.json is not what was uploaded: does a cache in front of the bucket keep an old one?`,
    );
  const deep = await readPage(settings, '/runs');
  if ((await deep.text()) !== page)
    throw new Error(`${pagesUrl}/runs does not answer with index.html: make it the bucket’s error document.`);
  const [asset = ''] = /\/assets\/[^"]+\.js/.exec(page) ?? [];
  const script = await readPage(settings, asset);
  if (!script.ok || !script.headers.get('content-type')?.startsWith('text/javascript'))
    throw new Error(`${pagesUrl}${asset} is not served as a script.`);
}

/** Checks the deployed system as a browser sees it. Throws a sentence for the first problem. */
export async function verify(settings: Settings): Promise<ApiState> {
  await verifyPages(settings);
  return verifyApi(settings);
}
