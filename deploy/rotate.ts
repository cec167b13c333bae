import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { PACKAGE, type Platform } from './platform.ts';

export interface Rotation {
  platform: Platform;
  /** The file of the variables. New values are written there before they are used. */
  file: string;
  /** Reports progress. */
  tell: (line: string) => void;
  /** Seconds until everything that started with the old values has ended; undefined: the longest time limit of an action. */
  wait: number | undefined;
}

interface Kept {
  get(name: string): string | undefined;
  /** Null removes a variable. */
  set(values: Record<string, string | null>): void;
}

/** A file of NAME=value lines, which a shell can read, too. */
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

/** Seconds after which nothing that is running now can still run. */
async function longestTimeout(platform: Platform): Promise<number> {
  const actions = await platform.list('actions');
  return Math.max(0, ...actions.map(({ limits }) => limits?.timeout ?? 60_000)) / 1000;
}

/**
 * Replaces TOKEN_KEY while the system runs, and the database's address if DATABASE_URL_NEXT is set. Run it again to complete
 * an interrupted rotation. Throws a sentence if something goes wrong.
 */
export async function rotate(rotation: Rotation): Promise<void> {
  await rotation.platform.requireDeployed(' yet: run ./deploy.sh first.');
  const kept = openVariables(rotation.file);
  const wait = rotation.wait ?? (await longestTimeout(rotation.platform));
  const pause = async () => {
    rotation.tell(`Waiting ${wait} s for activations that run with the old values`);
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  };
  if (kept.get('DATABASE_URL_NEXT')) await rotateDatabase(rotation, kept, pause);
  await rotateTokenKey(rotation, kept, pause);
}

/** Running activations keep the old address, so the old user must exist until they have ended. */
async function rotateDatabase({ platform, tell }: Rotation, kept: Kept, pause: () => Promise<void>) {
  const next = kept.get('DATABASE_URL_NEXT') ?? '';
  tell(`Trying DATABASE_URL_NEXT with ${PACKAGE}/upgrade`);
  await platform.invoke('upgrade', { DATABASE_URL: next });
  tell('Binding the new DATABASE_URL');
  await platform.setParameters({ DATABASE_URL: next });
  kept.set({ DATABASE_URL: next, DATABASE_URL_NEXT: null });
  await pause();
  tell('The database user of the old DATABASE_URL is no longer used: remove it.');
}

/** First everything can open what the new key seals, then the new key seals, then the old key is removed. */
async function rotateTokenKey({ platform, file, tell }: Rotation, kept: Kept, pause: () => Promise<void>) {
  const old = kept.get('TOKEN_KEY');
  if (!old)
    throw new Error(
      `TOKEN_KEY is not in ${file}: put it there, because the new key will be written to that file.`,
    );
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
  tell('Removing the old TOKEN_KEY');
  await platform.setParameters({ TOKEN_KEY: next });
  kept.set({ TOKEN_KEY: next, TOKEN_KEY_NEXT: null });
}

async function reseal(platform: Platform, tell: (line: string) => void): Promise<void> {
  const { resealed, unreadable } = await platform.invoke('upgrade');
  tell(
    `${resealed} GitHub tokens sealed again${unreadable ? `; ${unreadable} that no key opens must be entered again` : ''}`,
  );
}
