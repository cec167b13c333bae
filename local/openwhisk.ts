import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Activation } from './openwhisk/activations.ts';
import type { AlarmsVersion, MissedTicks } from './openwhisk/alarms.ts';
import { deployManifest } from './openwhisk/deploy.ts';
import { type Kind, readFullName, resolveAction } from './openwhisk/entities.ts';
import { setParameters } from './openwhisk/entity-updates.ts';
import type { Reply } from './openwhisk/http.ts';
import {
  internalErrorReply,
  newTransactionId,
  Refusal,
  readCall,
  refusalReply,
  requireAcceptableRequest,
  send,
  transactionIdOf,
} from './openwhisk/http.ts';
import { type ImageOptions, openImage } from './openwhisk/image.ts';
import { loadManifest } from './openwhisk/manifest.ts';
import type { ContainerProcess } from './openwhisk/pool.ts';
import { answerRestCall } from './openwhisk/rest.ts';
import type { ChangeableLimits, HostLimits, Services } from './openwhisk/services.ts';
import { openServices } from './openwhisk/services.ts';
import { answerWebCall } from './openwhisk/web.ts';

export interface HostOptions {
  /** Path of the manifest; null: start with an empty namespace, for wskdeploy to deploy to. */
  manifest: string | null;
  /** Values for `${VAR}` in the manifest. Actions do not see it. */
  environment: Record<string, string | undefined>;
  /** Default: guest. */
  namespace?: string;
  /** The namespace's key, `uuid:key`. */
  apiKey: string;
  /** Keys of other namespaces, by name. */
  namespaces?: Record<string, string>;
  /** Limits that differ from those of a stock installation. */
  limits?: Partial<HostLimits>;
  clock?: () => Date;
  log?: (line: object) => void;
  /** Whether alarms fire. Default: true. */
  alarms?: boolean;
  /** What happens to ticks of alarms that were missed while the machine slept. Default: skip, as on the platform. */
  missedTicks?: MissedTicks;
  /** The release of the package of alarms, as far as they differ; null: the platform has none. Default: the newest. */
  alarmsVersion?: AlarmsVersion | null;
  /** The kinds of actions it offers, whichever Node runs the host. Default: those of a stock installation. */
  kinds?: readonly Kind[];
  /** Runs every activation in a new process, to find code that relies on a warm one. */
  coldStarts?: boolean;
  /** What the image contains besides the stock one. */
  image?: ImageOptions;
}

export interface Host {
  /** Answers a request to the platform. False: the URL is not the platform's, and nothing was written. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Sets the server's base URL, once it listens, so that actions find the API. */
  apiHost(url: string): void;
  /** Runs `package/action` or `action` to its end. It does not count against the namespace's limits. */
  invoke(action: string, args: object): Promise<Activation>;
  /**
   * Fires a trigger as an alarm does, by default one without a payload. Returns its activation's id; undefined: no rule is
   * active.
   */
  fire(trigger: string, payload?: object): Promise<string | undefined>;
  /** Binds parameters to a package, besides those it has. */
  setParameters(packageName: string, values: Record<string, unknown>): void;
  setLimits(changes: Partial<ChangeableLimits>): void;
  /** Newest first. */
  activations(): Activation[];
  /** The container processes, to kill as a failing machine of the platform would. */
  containers(): ContainerProcess[];
  /** Resolves when no activation runs, including those that running ones start. */
  settled(): Promise<void>;
  /** Stops alarms and kills every container. Activations that still run end as failures. */
  close(): Promise<void>;
}

const STOCK_KINDS: readonly Kind[] = [{ kind: 'nodejs:18' }, { kind: 'nodejs:20', default: true }];

/** The limits of a stock installation. */
export const STOCK_LIMITS: HostLimits = {
  invocationsPerMinute: 60,
  concurrentInvocations: 30,
  triggersPerMinute: 60,
  payload: 1024 * 1024,
  result: 1024 * 1024,
  blockingWait: 60_000,
  alarmRetry: 1000,
  containers: 8,
  memory: 2048,
  warm: 8,
  idle: 600_000,
  activations: 1000,
};

/**
 * Loads the manifest, if there is one, with the code of its actions, and is ready to serve it.
 * @throws {Error} if the manifest is invalid, or the actions or the runner are not built.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const { clock = () => new Date(), log = () => undefined, namespace = 'guest' } = options;
  const warn = (variable: string) =>
    log({ level: 'warn', event: 'manifest', message: `${variable} is not set: an empty string.` });
  const manifest = options.manifest && (await loadManifest(options.manifest, options.environment, warn));
  const image = await openImage(options.image);
  let apiHost = '';
  const services = openServices({
    image: image.folder,
    keys: { ...options.namespaces, [namespace]: options.apiKey },
    limits: { ...STOCK_LIMITS, ...options.limits },
    clock,
    log,
    alarms: options.alarms ?? true,
    missedTicks: options.missedTicks ?? 'skip',
    alarmsVersion: options.alarmsVersion === undefined ? '2.1.0' : options.alarmsVersion,
    kinds: options.kinds ?? STOCK_KINDS,
    coldStarts: options.coldStarts ?? false,
    apiHost: () => apiHost,
  });
  const close = () => services.close().then(image.remove);
  try {
    if (manifest) deployManifest(manifest, { ...services, namespace, now: clock() });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...operations(services, namespace),
    handle: (request, response) => handle(services, log, request, response),
    apiHost: (url) => {
      apiHost = url.replace(/\/$/, '');
    },
    close,
  };
}

/** What the owner of the namespace can do without a request. */
function operations(
  services: Services,
  namespace: string,
): Pick<Host, 'invoke' | 'fire' | 'setParameters' | 'setLimits' | 'activations' | 'containers' | 'settled'> {
  return {
    async invoke(action, args) {
      const { path, name } = readFullName(action, namespace);
      const target = resolveAction(services.store, path, name);
      const transactionId = newTransactionId();
      return services.invoker.invoke({ target, args: { ...args }, namespace, transactionId }).done;
    },
    fire: async (trigger, payload = { payload: '' }) =>
      services.fireAsOwner(namespace, trigger, { ...payload }),
    setParameters: (packageName, values) =>
      setParameters(services.store, `${namespace}/${packageName}`, values),
    setLimits: (changes) => void Object.assign(services.limits, changes),
    activations: services.activations.list,
    containers: services.containers,
    settled: services.invoker.settled,
  };
}

async function handle(
  services: Services,
  log: (line: object) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!isPlatformUrl(request)) return false;
  const transactionId = transactionIdOf(request);
  const method = request.method ?? 'GET';
  try {
    send(response, await answer(services, request, transactionId), { method, transactionId });
  } catch (error) {
    const isRefusal = error instanceof Refusal;
    if (!isRefusal)
      log({
        level: 'error',
        event: 'request',
        message: error instanceof Error ? error.message : String(error),
      });
    const isBefore = isRefusal && error.place === 'server';
    const reply = isRefusal ? refusalReply(error, transactionId) : internalErrorReply();
    send(response, reply, { method, transactionId: isBefore ? undefined : transactionId });
  }
  return true;
}

/** `GET /` is the platform's only for clients that accept JSON or, like wskdeploy, name nothing; browsers get the pages. */
function isPlatformUrl({ url = '/', headers }: IncomingMessage): boolean {
  const [path = '/'] = url.split('?', 1);
  if (path === '/') return headers.accept === undefined || headers.accept.startsWith('application/json');
  return path === '/ping' || path === '/api' || path.startsWith('/api/');
}

async function answer(services: Services, request: IncomingMessage, transactionId: string): Promise<Reply> {
  requireAcceptableRequest(request);
  const call = await readCall(request, transactionId);
  const isWeb = call.path.startsWith('/api/v1/web/');
  return isWeb ? answerWebCall(services, call) : answerRestCall(services, call);
}
