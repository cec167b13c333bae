import { findBoundCredentials } from '../lib/db/db2-address.ts';
import { reasonOf, request, whenFree } from './request.ts';
import type { Settings } from './settings.ts';

interface KeyValue {
  key: string;
  value: unknown;
}

/** The parts of the platform's entities that are used here. */
interface Entity {
  name: string;
  version: string;
  annotations?: KeyValue[];
  parameters?: KeyValue[];
  limits?: { timeout?: number };
  actions?: { name: string }[];
  status?: string;
}

/** A trigger's alarm. */
export interface Alarm {
  active: boolean;
  /** Why it is not active; empty if the feed does not say. */
  reason: string;
}

/** The namespace to deploy to. Every failure is a sentence. */
export interface Platform {
  /** Checks that the host answers and that the key is the namespace's. */
  requireAccess(): Promise<void>;
  /** Checks that actions of these kinds can be created. */
  requireKinds(kinds: string[]): Promise<void>;
  /** Checks that there is the package of alarms. */
  requireAlarms(): Promise<void>;
  /** Checks that the package is there; `consequence` ends the sentence if it is not. */
  requireDeployed(consequence: string): Promise<void>;
  /** Waits until the platform takes invocations again. */
  waitUntilFree(): Promise<void>;
  get(path: string): Promise<Entity | null>;
  list(collection: string): Promise<Entity[]>;
  /** False: the entity exists, and `overwrite` is not set. */
  put(path: string, entity: object, overwrite?: 'overwrite'): Promise<boolean>;
  remove(path: string): Promise<void>;
  /** Runs an action of the package to its end. Throws a sentence with the action's own if it fails. */
  invoke(action: string, args?: object): Promise<Record<string, unknown>>;
  /** The alarm of a trigger; null: there is none. */
  readAlarm(trigger: string): Promise<Alarm | null>;
  /** Removes the alarm of a trigger, if there is one. */
  removeAlarm(trigger: string): Promise<void>;
  /** Binds values to the package, besides those it has, in one step. */
  setParameters(values: Record<string, string>): Promise<void>;
}

/** The package of manifest.yaml, and the name under which its entities are managed. */
export const PACKAGE = 'traffic';
const POLL_MILLISECONDS = 1000;
/** Longer than any action may run. */
const MAX_SECONDS = 320;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The image of Apache OpenWhisk for the kind of the actions. */
const STOCK_IMAGE = 'openwhisk/action-nodejs-v20:1.23.0';

const FEED = '/whisk.system/actions/alarms/alarm?blocking=true&result=true';

/** `tell` gets a line when there is something to wait for. */
export function openPlatform(
  { apiHost, auth, namespace }: Settings,
  tell: (line: string) => void = () => {},
): Platform {
  const authorization = `Basic ${Buffer.from(auth).toString('base64')}`;

  async function call(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown }> {
    const answer = await request('APIHOST', `${apiHost}/api/v1/namespaces${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status === 401) throw new Error(`${apiHost} does not accept the key: is AUTH right?`);
    return { status: answer.status, body: text === '' ? null : parseAnswer(text, apiHost) };
  }

  /**
   * Invocations are refused once those of the minute are used up, or while too many run. After a minute the platform answers
   * 202, while the action still runs: then this waits for its end. A failed action has status 502.
   */
  async function invoke(path: string, args: object): Promise<{ status: number; body: unknown }> {
    const answer = await whenFree(() => call('POST', path, args), tell);
    if (answer.status !== 202) return answer;
    const late = await waitForActivation(String((answer.body as { activationId?: unknown }).activationId));
    return { status: late.error === undefined ? 200 : 502, body: late };
  }

  const sendToFeed = (lifecycleEvent: string, trigger: string) =>
    invoke(FEED, { lifecycleEvent, triggerName: `/${namespace}/${trigger}`, authKey: auth });

  const inNamespace = (method: string, path: string, body?: object) =>
    call(method, `/${encodeURIComponent(namespace)}/${path}`, body);

  async function succeed(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await inNamespace(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${errorOf(answer.body)}`);
  }

  async function get(path: string): Promise<Entity | null> {
    const { status, body } = await inNamespace('GET', path);
    if (status === 404) return null;
    if (status === 200) return body as Entity;
    throw new Error(`GET ${path} was answered ${status}: ${errorOf(body)}`);
  }

  async function waitForActivation(activationId: string): Promise<Record<string, unknown>> {
    for (let tries = 0; tries < MAX_SECONDS; tries++) {
      const { status, body } = await inNamespace('GET', `activations/${activationId}/result`);
      if (status === 200) return (body as { result: Record<string, unknown> }).result;
      await pause(POLL_MILLISECONDS);
    }
    throw new Error(
      `Activation ${activationId} has not ended in time. \`wsk activation get ${activationId}\` shows it.`,
    );
  }

  return {
    get,
    async requireAccess() {
      const { status, body } = await call('GET', '');
      if (status !== 200)
        throw new Error(`${apiHost} answers ${status}: is it an OpenWhisk API host (APIHOST)?`);
      const namespaces = body as string[];
      if (!namespaces.includes(namespace))
        throw new Error(
          `AUTH is the key of ${namespaces.join(', ')}, not of ${namespace}: is NAMESPACE right?`,
        );
    },
    async requireKinds(kinds) {
      const answer = await request('APIHOST', `${apiHost}/`, { headers: { accept: 'application/json' } });
      const offered = kindsOf(await answer.json().catch(() => null));
      const missing = kinds.filter((kind) => offered && !offered.includes(kind));
      if (offered && missing.length > 0)
        throw new Error(
          `${apiHost} does not run ${toList(missing)}; it offers ${toList(offered) || 'nothing of that kind'}. Add it to the runtimes of the platform (whisk.runtimes names their file in the Helm chart), or set ACTION_IMAGE to an image with Node.js 20, such as ${STOCK_IMAGE}.`,
        );
    },
    async requireAlarms() {
      const { status } = await sendToFeed('READ', 'daily');
      if (status === 403 || status === 404)
        throw new Error(
          `${apiHost} has no package /whisk.system/alarms, which starts collections: install it (providers.alarm.enabled in the Helm chart).`,
        );
    },
    async requireDeployed(consequence) {
      if ((await get(`packages/${PACKAGE}`)) === null)
        throw new Error(`Nothing is deployed in ${namespace}${consequence}`);
    },
    async waitUntilFree() {
      await sendToFeed('READ', 'daily');
    },
    list: async (collection) => (await succeed('GET', `${collection}?limit=200`)) as Entity[],
    async put(path, entity, overwrite) {
      const { status, body } = await inNamespace(
        'PUT',
        `${path}?overwrite=${overwrite !== undefined}`,
        entity,
      );
      if (status === 409 && !overwrite) return false;
      if (status >= 300) throw new Error(`PUT ${path} was answered ${status}: ${errorOf(body)}`);
      return true;
    },
    async remove(path) {
      const { status, body } = await inNamespace('DELETE', path);
      if (status !== 404 && status >= 300)
        throw new Error(`DELETE ${path} was answered ${status}: ${errorOf(body)}`);
    },
    async invoke(action, args = {}) {
      const path = `${encodeURIComponent(namespace)}/actions/${PACKAGE}/${action}`;
      const { status, body } = await invoke(`/${path}?blocking=true&result=true`, args);
      if (status === 200) return body as Record<string, unknown>;
      throw new Error(`The action ${PACKAGE}/${action} failed: ${errorOf(body)}`);
    },
    async readAlarm(trigger) {
      const { status, body } = await sendToFeed('READ', trigger);
      if (status !== 200) return null;
      const { active, reason } = (body as { status: { active: boolean; reason?: unknown } }).status;
      return { active, reason: reasonText(reason) };
    },
    async removeAlarm(trigger) {
      await sendToFeed('DELETE', trigger);
    },
    async setParameters(values) {
      const found = await get(`packages/${PACKAGE}`);
      if (!found) throw new Error(`There is no package ${PACKAGE}: run ./deploy.sh first.`);
      const others = (found.parameters ?? []).filter(({ key }) => !(key in values));
      const added = Object.entries(values).map(([key, value]) => ({ key, value }));
      await succeed('PUT', `packages/${PACKAGE}?overwrite=true`, { parameters: [...others, ...added] });
    },
  };
}

const toList = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** The Node.js kinds in the platform's description of itself; undefined if it does not say. */
function kindsOf(info: unknown): string[] | undefined {
  const { runtimes } = (info ?? {}) as { runtimes?: Record<string, unknown> };
  const kinds = runtimes?.nodejs ?? (runtimes ? [] : undefined);
  if (!Array.isArray(kinds)) return undefined;
  return kinds.filter(({ deprecated }) => !deprecated).map(({ kind }) => String(kind));
}

/** Alarms give their reason as an object, and once gave a text. */
function reasonText(reason: unknown): string {
  const message = (reason as { message?: unknown } | null | undefined)?.message ?? reason;
  return typeof message === 'string' ? message : '';
}

function parseAnswer(text: string, apiHost: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${apiHost} does not answer as OpenWhisk does (${reasonOf(error)}): is APIHOST right?`);
  }
}

/** The message in an error answer of the platform or an action. */
function errorOf(body: unknown): string {
  const error = (body as { error?: unknown } | null)?.error;
  const message = (error as { message?: unknown } | undefined)?.message ?? error;
  return typeof message === 'string' ? message : JSON.stringify(body);
}

/** The parameters of the database's addresses. */
export type DatabaseVariables = Record<
  'DATABASE_URL' | 'COLLECT_DATABASE_URL' | 'UPGRADE_DATABASE_URL',
  string
>;

/**
 * The database of the last deployment, for each role, or the Db2 service that is bound to the package. Empty where there is none,
 * or the platform cannot say.
 */
export async function readBoundDatabase(platform: Platform): Promise<DatabaseVariables> {
  const read = async (path: string, name: string): Promise<unknown> => {
    const entity = await platform.get(path).catch(() => null);
    return entity?.parameters?.find(({ key }) => key === name)?.value;
  };
  // wskdeploy makes an object of JSON.
  const toAddress = (value: unknown): string =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
  const ofPackage = `packages/${PACKAGE}`;
  const address = toAddress(await read(ofPackage, 'DATABASE_URL'));
  return {
    DATABASE_URL: address || (findBoundCredentials(await read(ofPackage, '__bx_creds')) ?? ''),
    COLLECT_DATABASE_URL: toAddress(await read(`actions/${PACKAGE}/collect`, 'COLLECT_DATABASE_URL')),
    UPGRADE_DATABASE_URL: toAddress(await read(`actions/${PACKAGE}/upgrade`, 'UPGRADE_DATABASE_URL')),
  };
}
