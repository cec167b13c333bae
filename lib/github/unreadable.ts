import { Failure } from '../failure.ts';

/** A 2xx answer as it came. */
export interface RawAnswer {
  status: number;
  /** The parsed JSON, or the text if it is not JSON. */
  data: unknown;
}

/** Enough to recognize a page or a message. */
const MAX_QUOTED = 80;
/** How far into a page to look for its first words. */
const MAX_SEARCHED = 20_000;
/** GitHub's tokens (https://github.blog/engineering/behind-githubs-new-authentication-token-formats/). */
const TOKENS = /\b(?:gh[a-z]_|github_pat_)[\w.-]+/g;

/**
 * `unreadable_answer` if an answer of 2xx holds no JSON, or GitHub is still preparing it. Says what came instead: its
 * status, whether it is an HTML page, and its first words.
 */
export function toUnreadableFailure({ status, data }: RawAnswer): Failure | undefined {
  if (status === 202) {
    const message = 'GitHub is still preparing its answer (status 202). It will be asked again.';
    return new Failure('unreadable_answer', message);
  }
  if (typeof data === 'object') return undefined;
  return new Failure('unreadable_answer', toMessage(status, String(data ?? '')));
}

function toMessage(status: number, text: string): string {
  if (text.trim() === '') return `GitHub’s answer is empty (status ${status}). It will be asked again.`;
  const words = toFirstWords(text);
  if (isPage(text))
    return `An HTML page came instead of GitHub’s answer (status ${status}): “${words}”. A proxy or a sign-in page may be in the way, or the server’s address is not that of its API.`;
  if (/^\s*[[{]/.test(text))
    return `GitHub’s answer is cut off (status ${status}). It begins with “${words}” and will be asked for again.`;
  return `Text came instead of GitHub’s answer (status ${status}): “${words}”. A proxy may be in the way.`;
}

/** True for an HTML page, such as a proxy's. */
export function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

/** The first words of a text, or of a page its title; without tags and tokens, on one line. */
export function toFirstWords(text: string): string {
  const start = text.slice(0, MAX_SEARCHED);
  const visible = isPage(text)
    ? start
        .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
        .replace(/<[^>]*>?/g, ' ')
        .replace(/&[#\w]{1,10};/g, ' ')
    : start;
  const words = visible.replace(TOKENS, '…').replace(/\s+/g, ' ').trim();
  return words.length <= MAX_QUOTED ? words : `${words.slice(0, MAX_QUOTED).trimEnd()}…`;
}
