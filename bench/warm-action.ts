import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startContainer } from '../local/openwhisk/container.ts';
import { openImage } from '../local/openwhisk/image.ts';

/** The manifest's limits, in MB and ms. */
const LIMITS = { timeout: 60_000, memory: 128, logs: 10, concurrency: 1 };

interface WarmAnswer {
  headers: Record<string, string>;
  text: string;
  bytes: number;
}

/** A web action in a container of its own, with its code loaded, for a person with an access token. */
export async function openWarmAction(name: string, parameters: Record<string, string>, token: string) {
  const image = await openImage();
  const env = { PATH: process.env.PATH ?? '' };
  const clock = () => new Date();
  const container = await startContainer({ image: image.folder, limits: LIMITS, env, clock });
  const code = await readFile(path.resolve('dist/actions', `${name}.js`), 'utf8');
  await container.call({ type: 'init', code, main: 'main', env: {} });
  const base = { ...parameters, __ow_method: 'get' };
  const sent = { authorization: `Bearer ${token}` };
  return {
    pid: container.pid,
    /** GETs a route below the action. Throws unless the answer is 200. */
    async ask(route: string, query: string): Promise<WarmAnswer> {
      const args = { ...base, __ow_path: route, __ow_query: query, __ow_headers: sent };
      const reply = await container.call({ type: 'run', value: JSON.stringify(args), env: {} });
      if (reply.kind !== 'reply' || !reply.body.startsWith('{"statusCode":200'))
        throw new Error(`${name}${route}?${query} answered ${JSON.stringify(reply).slice(0, 900)}`);
      const { headers, body } = JSON.parse(reply.body);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return { headers, text, bytes: Buffer.byteLength(text) };
    },
    async close() {
      await container.stop();
      await image.remove();
    },
  };
}

/** How many milliseconds the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
