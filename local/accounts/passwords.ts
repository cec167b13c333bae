import { hash, verify } from '@node-rs/argon2';
import { Refusal } from './refusal.ts';

/** OWASP's parameters for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 256;
/** Half of libuv's threads, so that files and names are still served. */
const CONCURRENCY = 2;
/** Passwords that wait to be checked. More would only wait longer. */
const MAX_WAITING = 60;

/** The same text, however a keyboard composes it (NIST SP 800-63B). */
const normalize = (password: string) => password.normalize('NFKC');

/** Parts that the commonest long passwords are made of. */
const COMMON =
  `password passwort motdepasse contrasena senha wachtwoord admin administrator welcome willkommen letmein qwerty
  qwertz azerty asdfgh asdf zxcvbn zxcvbnm yxcvbnm qazwsx iloveyou iloveu monkey dragon football baseball basketball superman
  batman master sunshine princess shadow michael jennifer jordan hunter trustno computer internet starwars pokemon
  whatever freedom liverpool chelsea arsenal changeme default secret login access root test testing guest user abc hello
  hallo github traffic analytics summer winter spring autumn january february march april june july august september october
  november december monday friday company google facebook samsung iphone correct horse battery staple`
    .split(/\s+/)
    .sort((one, other) => other.length - one.length);

const LOOK_ALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
];
const RUNS = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);

/** Whether it is hardly more than runs of three or more, such as 123456, abcdef, or as on a keyboard. */
function isRun(text: string): boolean {
  let outside = 0;
  for (let place = 0; place < text.length; ) {
    let length = 1;
    const isRunOf = (end: number) => RUNS.some((row) => row.includes(text.slice(place, end)));
    while (place + length < text.length && isRunOf(place + length + 1)) length++;
    if (length < 3) outside += length;
    place += length;
  }
  return text !== '' && outside < 4;
}

/** How many characters are left without common words, digits at the ends, and repetition. */
function strengthOf(text: string): number {
  let left = text;
  for (const word of COMMON) left = left.replaceAll(word, ' ');
  return left
    .replace(/[^\p{L}]+/gu, ' ')
    .replace(/(.)\1+/gu, '$1')
    .replaceAll(' ', '').length;
}

/**
 * Why a password is too easy to guess; null if it is not. It refuses short ones, the person's own address, and the commonest ones:
 * few different characters, runs of keys, and nothing but common words with digits and signs.
 */
export function findWeakness(
  password: string,
  { email, host }: { email: string; host: string },
): string | null {
  const text = normalize(password);
  const length = [...text].length;
  if (length < MIN_PASSWORD_LENGTH)
    return `Choose a password of ${MIN_PASSWORD_LENGTH} characters or more. A few words are easy to remember.`;
  if (length > MAX_PASSWORD_LENGTH) return `Choose a password of ${MAX_PASSWORD_LENGTH} characters or fewer.`;
  const lower = text.toLowerCase();
  const plain = lower.replace(/[0134574@$!]/g, (character) => LOOK_ALIKES[character] ?? character);
  const [local = ''] = email.toLowerCase().split('@');
  const own = [email.toLowerCase(), local, host.toLowerCase()].filter((part) => part.length >= 4);
  const without = own.reduce((left, part) => left.replaceAll(part, ' '), lower);
  if (own.some((part) => lower.includes(part)) && without.replace(/[^\p{L}]/gu, '').length < 8)
    return 'Your address, or this installation’s, is the first that somebody would try. Choose another password.';
  const different = new Set(lower).size;
  const isCommon = [lower, plain].some((one) => strengthOf(one) < 4) && !isDigitsWithVariety(lower);
  if (different < 5 || isRun(lower.replace(/[^\p{L}\p{N}]/gu, '')) || isCommon)
    return 'This is one of the passwords that are tried first. Choose another one, such as a few words that do not belong together.';
  return null;
}

/** A long random number is hard to guess, although it has no letters. */
const isDigitsWithVariety = (text: string) => /^[\d\W_]{16,}$/.test(text) && new Set(text).size >= 7;

type Lane = 'known' | 'unknown';

interface Waiting {
  start(): void;
}

/**
 * Hashes and checks passwords, outside of the main thread and a few at once. Who signed in from their address before comes first:
 * a flood of guesses from elsewhere does not keep them waiting. Throws `busy` if too many wait.
 */
export function createPasswords() {
  const lanes: Record<Lane, Waiting[]> = { known: [], unknown: [] };
  let running = 0;
  let dummy: Promise<string> | undefined;

  async function inTurn<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (running >= CONCURRENCY) {
      if (lanes[lane].length >= MAX_WAITING)
        throw new Refusal(
          503,
          'busy',
          'Too many people are signing in right now. Try again in a few seconds.',
          3,
        );
      await new Promise<void>((start) => lanes[lane].push({ start }));
    } else running++;
    try {
      return await work();
    } finally {
      const next = lanes.known.shift() ?? lanes.unknown.shift();
      if (next) next.start();
      else running--;
    }
  }

  return {
    hash: (password: string) => inTurn('known', () => hash(normalize(password), ARGON2ID)),
    /** Whether it is the password of `passwordHash`. Without one it is not, and finding out takes the same time. */
    async isRight(password: string, passwordHash: string | null, lane: Lane): Promise<boolean> {
      dummy ??= hash('nobody has this password', ARGON2ID);
      const compared = passwordHash ?? (await dummy);
      const text = [...password].length > MAX_PASSWORD_LENGTH ? '' : normalize(password);
      const isSame = await inTurn(lane, () => verify(compared, text));
      return isSame && passwordHash !== null;
    },
  };
}

export type Passwords = ReturnType<typeof createPasswords>;
