import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDb2Address } from '../lib/db/db2-address.ts';
import { PARAMETERS } from '../lib/parameters.ts';
import type { Environment } from './app-id.ts';
import { PACKAGE } from './platform.ts';
import type { Settings } from './settings.ts';

/** How a run ended: `throttled` if the platform refused it because of the limit per minute. */
export type Ended = 'done' | 'throttled';

/** Apache's wskdeploy, or `wsk project`, which is the same program. */
export interface Wskdeploy {
  name: string;
  /** Makes the namespace what the manifest says. */
  sync(): Promise<Ended>;
  /** Prints what `sync` would do, without secrets. */
  preview(): Promise<Ended>;
  /** Removes everything that `sync` brought. */
  undeploy(): Promise<Ended>;
  /** Ends it if it is running, and removes its files. */
  close(): void;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isProgram(name: string, { PATH = '' }: Environment): boolean {
  if (name.includes('/')) return isExecutable(name);
  return PATH.split(path.delimiter).some((folder) => isExecutable(path.join(folder, name)));
}

/** The command line that starts it. Null: it is not installed. */
export function findWskdeploy(environment: Environment): string[] | null {
  const { WSKDEPLOY } = environment;
  const commands = WSKDEPLOY ? [[WSKDEPLOY]] : [['wskdeploy'], ['wsk', 'project']];
  return commands.find(([program = '']) => isProgram(program, environment)) ?? null;
}

/** The platform's words for 429, which wskdeploy passes on. */
const THROTTLED = /Too many (concurrent )?requests/;

const IMAGE_MANIFEST = 'manifest.image.yaml';

/**
 * The file to deploy. For actions in an image of their own, and for Db2, it is written beside manifest.yaml, where wskdeploy
 * finds the bundles: `docker:` cannot stay in the one manifest, because wskdeploy takes an empty image for one, too.
 */
export function writeManifest({ ACTION_IMAGE, DATABASE_URL = '' }: Environment): string {
  const isDb2 = isDb2Address(DATABASE_URL);
  if (!ACTION_IMAGE && !isDb2) return 'manifest.yaml';
  let manifest = readFileSync('manifest.yaml', 'utf8');
  if (ACTION_IMAGE) manifest = manifest.replaceAll('runtime: nodejs:20', `docker: ${ACTION_IMAGE}`);
  // IBM's driver takes 36 MB and more.
  if (isDb2) manifest = manifest.replaceAll('memorySize: 128', 'memorySize: 256');
  writeFileSync(IMAGE_MANIFEST, manifest);
  return IMAGE_MANIFEST;
}

/** Starts it in the checkout, the working directory, with the parameters in `environment`. Each call throws a sentence when it fails. */
export function openWskdeploy(
  [program = '', ...before]: string[],
  environment: Environment,
  { apiHost, auth, namespace }: Settings,
): Wskdeploy {
  const name = [path.basename(program), ...before].join(' ');
  const folder = mkdtempSync(path.join(tmpdir(), 'deploy-'));
  // In a file that only this user can read: everybody can see the arguments of a process.
  const config = path.join(folder, 'wskprops');
  writeFileSync(config, `APIHOST=${apiHost}\nAUTH=${auth}\nNAMESPACE=${namespace}\n`, { mode: 0o600 });
  const closing = new AbortController();

  async function run(args: string[], env: Environment): Promise<Ended> {
    const all = [...before, ...args, '--config', config, '--projectname', PACKAGE];
    const child = spawn(program, all, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: closing.signal,
    });
    let output = '';
    const pass = (stream: NodeJS.WriteStream) => (text: string) => {
      output += text;
      stream.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', pass(process.stdout));
    child.stderr.setEncoding('utf8').on('data', pass(process.stderr));
    const [code] = await once(child, 'close');
    if (code === 0) return 'done';
    if (THROTTLED.test(output)) return 'throttled';
    throw new Error(`${name} failed, see above. What it had done by then stays.`);
  }

  // Strict: it never replaces a kind that it does not know by another.
  const syncArguments = () => ['sync', '--strict', '--manifest', writeManifest(environment)];
  const secrets = Object.entries(PARAMETERS).filter(([, { secret }]) => secret);
  const masked = Object.fromEntries(secrets.map(([parameter]) => [parameter, 'SECRET']));
  return {
    name,
    sync: () => run(syncArguments(), environment),
    preview: () => run([...syncArguments(), '--preview'], { ...environment, ...masked }),
    undeploy: () => run(['undeploy'], environment),
    close() {
      closing.abort();
      rmSync(folder, { recursive: true, force: true });
      rmSync(IMAGE_MANIFEST, { force: true });
    },
  };
}
