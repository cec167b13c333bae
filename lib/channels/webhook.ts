import * as http from 'node:http';
import * as https from 'node:https';
import { lookupPublic, requirePublicAddress } from '../addresses.ts';
import { Failure } from '../failure.ts';

const TIMEOUT_MS = 10_000;
/** How many characters of an answer to read: the first ones say what is wrong. */
const MAX_ANSWER_LENGTH = 500;

interface Answer {
  status: number;
  retryAfter: number | null;
  text: string;
}

/**
 * Posts JSON to a webhook without following redirects. Unless `allowPrivate`, it connects to public addresses only,
 * whatever the host name resolved to before. Throws `private_address`, `channel_gone`, `channel_refused`,
 * `channel_rate_limited` with `details.retryAfter` in seconds, `channel_down` and `channel_unreachable`.
 */
export async function postJson(
  url: URL,
  body: unknown,
  { allowPrivate }: { allowPrivate: boolean },
): Promise<void> {
  if (!allowPrivate) await requirePublicAddress(url).catch(toUnreachable);
  const answer = await post(url, JSON.stringify(body), allowPrivate).catch(toUnreachable);
  const failure = toFailure(answer);
  if (failure) throw failure;
}

function toUnreachable(error: unknown): never {
  if (error instanceof Failure && error.code !== 'server_unreachable') throw error;
  const why = error instanceof Error && error.name === 'TimeoutError' ? 'in time' : 'at all';
  throw new Failure(
    'channel_unreachable',
    `Nobody answered at the channel’s address ${why}. Is it right, and is the service up?`,
  );
}

/** Uses no agent: connections do not survive the pausing of the container. */
function post(url: URL, text: string, allowPrivate: boolean): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const options = { method: 'POST', headers, agent: false as const, signal };
    const outgoing = request(url, { ...options, ...(allowPrivate ? {} : { lookup: lookupPublic }) });
    outgoing.on('error', fail);
    outgoing.on('response', (response) => readAnswer(response).then(resolve, fail));
    outgoing.end(text);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part;
    if (text.length >= MAX_ANSWER_LENGTH) break;
  }
  const status = response.statusCode ?? 0;
  return { status, retryAfter: parseRetryAfter(response.headers['retry-after']), text };
}

/** Parses seconds, or an HTTP date in the future. */
function parseRetryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header);
  const seconds = (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors */
const GONE = /^(no_service|no_active_hooks|no_team|team_disabled|channel_not_found|channel_is_archived)/;
const DEFAULT_RETRY_SECONDS = 60;

function toFailure({ status, retryAfter, text }: Answer): Failure | null {
  if (status >= 200 && status < 300) return null;
  const said = /^[\w .,:-]{1,100}$/.test(text.trim()) ? `${status}, ${text.trim()}` : String(status);
  if (status === 404 || status === 410 || GONE.test(text))
    return new Failure(
      'channel_gone',
      `Nobody listens at the channel’s address any more (${said}). Make a new webhook there and give its address.`,
    );
  if (status === 429) {
    const seconds = retryAfter ?? DEFAULT_RETRY_SECONDS;
    const message = `The channel takes no more messages for ${seconds} seconds. It is tried again after that.`;
    return new Failure('channel_rate_limited', message, { retryAfter: seconds });
  }
  if (status >= 500)
    return new Failure('channel_down', `The channel’s service failed (${said}). It is tried again later.`);
  const hint = status < 400 ? 'It leads to another address, which is not followed' : 'It refused the message';
  return new Failure('channel_refused', `${hint} (${said}). Is the kind of the channel right?`);
}
