import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { PACKAGE, type Platform } from './platform.ts';

export interface Rotation {
  platform: Platform;
  /** The file that holds the variables; the new values are kept there, before they are used. */
  file: string;
  /** Says what is being done. */
  tell: (line: string) => void;
  /** Seconds until what was started with the old values has ended; undefined: the longest time an action may take. */
  wait: number | undefined;
}

interface Kept {
  get(name: string): string | undefined;
  /** null removes it. */
  set(values: Record<string, string | null>): void;
}

/** A file of NAME=value lines, which a shell reads too. */
function openVariables(file: string): Kept {
  const pattern = (name: string) => new RegExp(`^(?:export )?${name}=(['"]?)(.*)\\1[ \\t]*$`, 'm');
  return {
    get: (name) => pattern(name).exec(readFileSync(file, 'utf8'))?.[2],
    set(values) {
      let text = readFileSync(file, 'utf8').replace(/\n*$/, '\n');
      for (const [name, value] of Object.entries(values)) {
        const line = value === null ? '' : `${name}='${value}'`;
        if (pattern(name).test(text)) text = text.replace(pattern(name), () => line);
        else if (line) text += `${line}\n`;
      }
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

/** Seconds after which nothing runs any more that was started before. */
async function longestTimeout(platform: Platform): Promise<number> {
  const actions = await platform.list('actions');
  return Math.max(0, ...actions.map(({ limits }) => limits?.timeout ?? 60_000)) / 1000;
}

/**
 * Changes TOKEN_KEY, and the database's address when DATABASE_URL_NEXT is set, while the system runs. An interrupted
 * rotation goes on when it is started again. Throws a sentence for what goes wrong.
 */
export async function rotate(rotation: Rotation): Promise<void> {
  const kept = openVariables(rotation.file);
  const wait = rotation.wait ?? (await longestTimeout(rotation.platform));
  const pause = async () => {
    rotation.tell(`Waiting ${wait} s for what is running with the old values`);
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  };
  if (kept.get('DATABASE_URL_NEXT')) await rotateDatabase(rotation, kept, pause);
  await rotateTokenKey(rotation, kept, pause);
}

/** What runs with the old address goes on with it, so the old user must live until it has ended. */
async function rotateDatabase({ platform, tell }: Rotation, kept: Kept, pause: () => Promise<void>) {
  const next = kept.get('DATABASE_URL_NEXT') ?? '';
  tell(`Trying DATABASE_URL_NEXT from within ${PACKAGE}/upgrade`);
  await platform.invoke('upgrade', { DATABASE_URL: next });
  tell('Binding the new DATABASE_URL');
  await platform.setParameters({ DATABASE_URL: next });
  kept.set({ DATABASE_URL: next, DATABASE_URL_NEXT: null });
  await pause();
  tell('The database user of the old DATABASE_URL is not used any more: remove it.');
}

/** First everything can open what the new key seals, then it seals, then the old key goes. */
async function rotateTokenKey({ platform, file, tell }: Rotation, kept: Kept, pause: () => Promise<void>) {
  const old = kept.get('TOKEN_KEY');
  if (!old) throw new Error(`TOKEN_KEY is not in ${file}, where the new one would be kept.`);
  const next = kept.get('TOKEN_KEY_NEXT') ?? randomBytes(32).toString('base64url');
  kept.set({ TOKEN_KEY_NEXT: next });
  tell('Binding the new TOKEN_KEY beside the old one');
  await platform.setParameters({ TOKEN_KEY: `${old} ${next}` });
  await pause();
  tell('Sealing with the new TOKEN_KEY');
  await platform.setParameters({ TOKEN_KEY: `${next} ${old}` });
  await reseal(platform, tell);
  await pause();
  await reseal(platform, tell);
  tell('Retiring the old TOKEN_KEY');
  await platform.setParameters({ TOKEN_KEY: next });
  kept.set({ TOKEN_KEY: next, TOKEN_KEY_NEXT: null });
}

async function reseal(platform: Platform, tell: (line: string) => void): Promise<void> {
  const { resealed, unreadable } = await platform.invoke('upgrade');
  tell(
    `${resealed} GitHub tokens sealed again${unreadable ? `; ${unreadable} that no key opens must be given again` : ''}`,
  );
}
