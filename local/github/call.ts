import type { Caller } from './access.ts';
import type { Addresses } from './documents.ts';
import type { Quota } from './limits.ts';
import type { AnswerKind } from './traffic.ts';
import type { World } from './world.ts';

/** One request, parsed for the routes. */
export interface Call extends Addresses {
  world: World;
  caller: Caller | undefined;
  quota: Quota;
  now: Date;
  path: string;
  query: URLSearchParams;
  /** GitHub Enterprise Server: no rate limits, and /meta names a version. */
  enterprise: boolean;
  answers: AnswerKind;
  /** The instant at which what GitHub shows of traffic was true: the present, unless it is late or an old copy. */
  shownAt: Date;
  withoutTraffic: boolean;
  /** What `X-GitHub-Api-Version` asks for. */
  apiVersion: string;
}
