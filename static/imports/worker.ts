import { toDay } from '../../lib/day.ts';
import type { GivenFile, ReadHistory } from '../../lib/imports/history.ts';
import { type Targets, toHistoryToSend, toTenantToSend } from '../../lib/imports/merge.ts';
import { type PlannedPart, planParts } from '../../lib/imports/parts.ts';
import { readHistory } from '../../lib/imports/read.ts';
import type { ChosenFile } from './files.ts';
import { keepPart } from './kept.ts';
import type { Answer, FromWorker, Request } from './protocol.ts';
import { toSummary } from './summary.ts';

/** Reads what was dropped, and holds what it read: a page that held millions of rows would stand still. */

const say = (message: FromWorker) => postMessage(message);

let history: ReadHistory = { files: [], repositories: [], tenants: [], problems: [] };
let parts: PlannedPart[] = [];

const PROGRESS_MS = 100;
let lastSaid = 0;

function sayProgress(done: number, of: number) {
  const now = performance.now();
  if (done < of && now - lastSaid < PROGRESS_MS) return;
  lastSaid = now;
  say({ kind: 'progress', done, of });
}

const toGiven = ({ path, file }: ChosenFile): GivenFile => ({
  path,
  size: file.size,
  bytes: async () => new Uint8Array(await file.arrayBuffer()),
});

/** Compiled to plain JavaScript: the pages' policy allows no WebAssembly. */
const openSqlite = async () => (await import('sql.js/dist/sql-asm-memory-growth.js')).default();

function plan(targets: Targets): Answer['plan'] {
  const ids = [...new Set(Object.values(targets))];
  const histories = ids.map((id) =>
    toHistoryToSend(
      id,
      history.repositories.filter(({ key }) => targets[key] === id),
    ),
  );
  parts = planParts(histories, toTenantToSend(history, targets));
  return { parts: parts.length, rows: parts.reduce((sum, { rows }) => sum + rows, 0) };
}

function textOf(number: number): string {
  const part = parts[number - 1];
  if (!part) throw new Error(`There is no part ${number}.`);
  return JSON.stringify(part.body());
}

async function answer(request: Request): Promise<Answer[keyof Answer]> {
  switch (request.kind) {
    case 'read':
      parts = [];
      history = await readHistory(request.files.map(toGiven), {
        today: toDay(new Date()),
        answers: request.answers,
        openSqlite,
        onProgress: sayProgress,
      });
      return toSummary(history);
    case 'plan':
      return plan(request.targets);
    case 'part':
      return textOf(request.number);
    case 'keep':
      for (const { number } of parts) {
        await keepPart(request.key, number, textOf(number));
        sayProgress(number, parts.length);
      }
      return null;
  }
}

addEventListener('message', ({ data: { id, request } }: MessageEvent<{ id: number; request: Request }>) => {
  answer(request).then(
    (given) => say({ kind: 'done', id, answer: given }),
    (error: Error) => say({ kind: 'failed', id, message: error.message }),
  );
});
