import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnswerKind } from '../../local/github/traffic.ts';
import { createGitHub, type GitHub } from '../../local/github.ts';
import { type Asked, type Ledger, openLedger } from './ledger.ts';

/** A GitHub simulator that records what it sends. */
export interface WatchedGitHub {
  github: GitHub;
  /** Base URL of its API. */
  apiUrl: string;
  answers: AnswerKind;
  ledger: Ledger;
  /** The tokens that are its own. */
  tokens: Set<string>;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

interface WatchedOptions {
  seed: number;
  clock: () => Date;
  /** '' as at github.com, '/api/v3' as on an Enterprise Server. */
  basePath: string;
  answers: AnswerKind;
  /** Answers requests with its own tokens at this address too. */
  elsewhere?: WatchedGitHub | undefined;
  /** Called as each request arrives, before it is answered, and after its answer was sent. */
  onRequest: (phase: 'asked' | 'answered') => void;
  /** Called with each sent status. */
  onAnswer: (status: string) => void;
}

const PATH = /^\/repositories\/(\d+)(\/[^?]*)?(?:\?(.*))?$/;
const QUESTIONS: Record<string, Asked> = {
  '': 'repository',
  '/traffic/views': 'views',
  '/traffic/clones': 'clones',
  '/traffic/popular/referrers': 'referrers',
  '/traffic/popular/paths': 'paths',
};

function toQuestion(url: string): { repository: number; asked: Asked } | undefined {
  const [, id, below = '', query = ''] = PATH.exec(url) ?? [];
  if (id === undefined) return undefined;
  const isWeek = query.includes('per=week');
  const weeks: Partial<Record<Asked, Asked>> = { views: 'viewWeeks', clones: 'cloneWeeks' };
  const asked = QUESTIONS[below] ?? 'other';
  return { repository: Number(id), asked: (isWeek && weeks[asked]) || asked };
}

interface Sent {
  etag: string;
  /** Null: the answer broke off, or never began. */
  body: string | null;
}

/** Sent with `end`: a truncated answer never ends. */
function listen(response: ServerResponse): Sent {
  const sent: Sent = { etag: '', body: null };
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    sent.etag = (given[1] as { etag?: string }).etag ?? '';
    return writeHead(...given);
  };
  response.end = (...given: unknown[]) => {
    sent.body = Buffer.isBuffer(given[0]) ? given[0].toString() : '';
    return end(...given);
  };
  return sent;
}

/** Whether it answers the request at all. */
function isSound(asked: Asked, text: string): boolean {
  try {
    const answer = JSON.parse(text);
    if (asked === 'other') return true;
    if (asked === 'repository') return typeof answer.id === 'number';
    return Array.isArray(answer) || typeof answer.count === 'number';
  } catch {
    return false;
  }
}

export async function openWatchedGitHub(options: WatchedOptions): Promise<WatchedGitHub> {
  const { clock, basePath, seed, answers, elsewhere, onRequest, onAnswer } = options;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`;
  const github = createGitHub({ clock, baseUrl: apiUrl, seed, answers });
  const ledger = openLedger();
  const bodies = new Map<string, string>();

  /** The answer as the client understands it: 304 stands for the body sent with that tag. */
  function toAnswer(asked: Asked, status: number, { etag, body }: Sent): string | null {
    if (body === null) return null;
    if (status === 304) return bodies.get(etag) ?? null;
    if (status !== 200 || !isSound(asked, body)) return null;
    bodies.set(etag, body);
    return body;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.url = (request.url ?? '/').slice(basePath.length);
    const question = toQuestion(request.url);
    const at = clock().toISOString();
    const sent = listen(response);
    onRequest('asked');
    await github.handle(request, response);
    onAnswer(sent.body === null ? 'broken off' : String(response.statusCode));
    if (question) {
      const { repository, asked } = question;
      ledger.note(repository, at, asked, toAnswer(asked, response.statusCode, sent));
    }
    onRequest('answered');
  }
  const watched: WatchedGitHub = {
    github,
    apiUrl,
    answers,
    ledger,
    tokens: new Set(),
    answer,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  server.on('request', (request, response) => {
    const token = request.headers.authorization?.split(' ')[1] ?? '';
    const asked = elsewhere?.tokens.has(token) ? elsewhere : watched;
    asked.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return watched;
}
