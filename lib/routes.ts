import { Failure } from './failure.ts';
import type { ActionAnswer, ActionRequest } from './openwhisk.ts';

/** What a route is given: the request, and what the application works with. */
export interface Context<E> {
  env: E;
  req: {
    raw: ActionRequest;
    /** What stands in the path for a `:name`, or all of them by name. */
    param(name: string): string | undefined;
    param(): Record<string, string>;
  };
  /** An answer in JSON. */
  json<T>(value: T, status?: number): ActionAnswer;
  /** An answer in any other format, which `headers` name. */
  body(text: string, status: number, headers: Record<string, string>): ActionAnswer;
}

type Handle<E> = (c: Context<E>) => ActionAnswer | Promise<ActionAnswer>;
type AddRoute<E> = (path: string, handle: Handle<E>) => void;

/** An application: paths such as '/:tenantId/table', and what answers them; of several that fit, the first. */
export interface Routes<E> {
  get: AddRoute<E>;
  post: AddRoute<E>;
  put: AddRoute<E>;
  patch: AddRoute<E>;
  delete: AddRoute<E>;
  /** Throws `route_not_found`, `method_not_allowed` and what the route throws. HEAD is answered as GET is. */
  handle(request: ActionRequest, env: E): Promise<ActionAnswer>;
}

interface Route<E> {
  method: string;
  segments: string[];
  handle: Handle<E>;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const toSegments = (path: string) => path.replace(/\/$/, '').split('/').slice(1);

/** What cannot be decoded stays as it is. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What the path has for the pattern's names; null when it is another path. */
function match(pattern: string[], path: string[]): Record<string, string> | null {
  const fits = (part: string, place: number) =>
    part.startsWith(':') ? path[place] !== '' : part === path[place];
  if (pattern.length !== path.length || !pattern.every(fits)) return null;
  return Object.fromEntries(
    pattern.flatMap((part, place) => (part.startsWith(':') ? [[part.slice(1), path[place] ?? '']] : [])),
  );
}

const toAnswer = (text: string, status: number, headers: Record<string, string>): ActionAnswer => ({
  ...{ status, headers: Object.entries(headers) },
  text: async () => text,
});

function toContext<E>(raw: ActionRequest, params: Record<string, string>, env: E): Context<E> {
  function param(name: string): string | undefined;
  function param(): Record<string, string>;
  function param(name?: string) {
    return name === undefined ? params : params[name];
  }
  return {
    ...{ env, req: { raw, param }, body: toAnswer },
    json: (value, status = 200) =>
      toAnswer(JSON.stringify(value), status, { 'content-type': 'application/json' }),
  };
}

function notFound(method: string, others: string[]): Failure {
  if (others.length === 0)
    return new Failure(404, 'route_not_found', 'There is no such address in this API.');
  const message = `${method} is not possible here; ${others.join(' and ')} is.`;
  return new Failure(405, 'method_not_allowed', message);
}

/**
 * Makes an application without routes. They are written as Hono's are, whose answers are made of `Response`: Node loads
 * that when it is first used, which takes as long as half of an empty action's cold start.
 */
export function createRoutes<E>(): Routes<E> {
  const routes: Route<E>[] = [];
  const add =
    (method: string): AddRoute<E> =>
    (path, handle) =>
      void routes.push({ method, segments: toSegments(path), handle });

  function find(method: string, path: string[]) {
    for (const { method: own, segments, handle } of routes) {
      const params = own === method ? match(segments, path) : null;
      if (params) return { handle, params };
    }
    return undefined;
  }

  return {
    ...{ get: add('GET'), post: add('POST'), put: add('PUT'), patch: add('PATCH'), delete: add('DELETE') },
    async handle(raw, env) {
      const { method } = raw;
      const path = toSegments(new URL(raw.url).pathname).map(decode);
      const route = find(method === 'HEAD' ? 'GET' : method, path);
      if (!route)
        throw notFound(
          method,
          METHODS.filter((one) => find(one, path)),
        );
      const answer = await route.handle(toContext(raw, route.params, env));
      return method === 'HEAD' ? { ...answer, text: async () => '' } : answer;
    },
  };
}
