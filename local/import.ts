import { parseArgs } from 'node:util';
import initSqlJs from 'sql.js';
import { toDay } from '../lib/day.ts';
import { toHistoryToSend, toTenantToSend } from '../lib/imports/merge.ts';
import { planParts } from '../lib/imports/parts.ts';
import { type GivenFile, type ReadAnswers, type ReadHistory, readHistory } from '../lib/imports/read.ts';
import { formatNumber, plural } from '../lib/number-format.ts';
import { openClient } from './client.ts';
import { type Asked, askPerson, askToGoOn, isAttended, questionsOf } from './import/ask.ts';
import { findDestinations } from './import/destinations.ts';
import { findFiles } from './import/files.ts';
import { describeHistory, describeSettings, previewParts } from './import/preview.ts';
import { sendImport } from './import/send.ts';
import { openTelling, type Telling } from './telling.ts';

const USAGE = `Which files, and into which tenant? For example: TRAFFIC_KEY=… npm run import -- ghrs-data --tenant 1
  PATH…            files, ZIP archives or folders
  --tenant ID      the tenant; its pages have the number in their address
  --api URL        another installation: https://…/api/v1/web/NAMESPACE/traffic
  --answer ID=…    answers a question that was printed; repeat it for each
  --target KEY=ID  the id of the tracked repository that a repository of the files is
  --track          begins to track repositories that are not tracked yet
  --leave-out      leaves out what is in doubt, instead of ending with code 2
  --preview        says what would be stored, and stores nothing
  --yes            stores without asking
Ends with 0 if it is imported, 1 after a failure, 2 if an answer is needed, 3 if there is nothing to import.`;

const FAILED = 1;
const NEEDS_ANSWER = 2;
const NOTHING = 3;

/** Ends the command with a code other than 1. */
class Ending extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** `NAME=VALUE` arguments. Names may contain `=`; values of targets and answers do not begin with one. */
function parsePairs(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=');
      if (at <= 0) throw new Error(`Write it as NAME=VALUE: ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function parseCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      api: { type: 'string' },
      answer: { type: 'string', multiple: true, default: [] },
      target: { type: 'string', multiple: true, default: [] },
      track: { type: 'boolean', default: false },
      'leave-out': { type: 'boolean', default: false },
      preview: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0 || !/^[1-9]\d{0,9}$/.test(values.tenant ?? '')) throw new Error(USAGE);
  const targets = [...parsePairs(values.target)].map(([key, id]) => [key, Number(id)] as const);
  return {
    paths: positionals,
    tenantId: Number(values.tenant),
    api: values.api,
    answers: Object.fromEntries(parsePairs(values.answer)),
    targets: new Map(targets),
    track: values.track,
    leaveOut: values['leave-out'],
    previewOnly: values.preview,
    yes: values.yes,
  };
}

type Command = ReturnType<typeof parseCommand>;

async function read(files: GivenFile[], answers: ReadAnswers, telling: Telling): Promise<ReadHistory> {
  const bar = telling.openBar(`Reading ${plural(files.length, 'file')}`);
  const history = await readHistory(files, {
    today: toDay(new Date()),
    answers,
    openSqlite: () => initSqlJs(),
    onProgress: (done, total) => bar.advance(done / total, `${done} of ${total} files`),
  });
  bar.finish(`${plural(history.files.length, 'file')} read`);
  return history;
}

const toFlag = ({ question, message, path }: Asked) =>
  `  --answer '${question.id}=…'  ${path}: ${message}${question.choices ? ` (${question.choices.map(({ value }) => value).join(', ')})` : ''}`;

/** Reads, and asks what is in doubt until nothing is, or the person leaves it out. */
async function readAndAsk(files: GivenFile[], command: Command, telling: Telling): Promise<ReadHistory> {
  let answers: ReadAnswers = command.answers;
  let history = await read(files, answers, telling);
  const skipped = new Set<string>();
  for (;;) {
    const open = questionsOf(history).filter(({ question }) => !skipped.has(question.id));
    if (open.length === 0 || command.leaveOut) return history;
    if (!isAttended()) {
      const flags = open.map(toFlag).join('\n');
      throw new Ending(
        NEEDS_ANSWER,
        `Answer these questions, or leave out what they are about with --leave-out:\n${flags}`,
      );
    }
    const given: Record<string, string> = { ...answers };
    for (const asked of open) {
      const answer = await askPerson(asked);
      skipped.add(asked.question.id);
      if (answer !== '') given[asked.question.id] = answer;
    }
    answers = given;
    history = await read(files, answers, telling);
  }
}

/** Throws when Ctrl-C is pressed: what has arrived stays, and the same command goes on. */
function abortOnSignal(): AbortSignal {
  const leaving = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () =>
      leaving.abort(new Ending(130, 'Stopped. Run the same command again: it goes on where it stopped.')),
    );
  return leaving.signal;
}

/** `npm run import -- PATH… --tenant ID` */
async function importFiles(): Promise<void> {
  const command = parseCommand();
  const telling = await openTelling();
  const client = openClient({
    api: command.api,
    scope: 'import',
    tell: telling.tell,
    signal: abortOnSignal(),
  });
  const files = findFiles(command.paths);
  const history = await readAndAsk(files, command, telling);
  for (const line of describeHistory(history)) telling.tell(line);
  const { tenantId, targets, track, previewOnly } = command;
  const finding = {
    client,
    tenantId,
    track: track && !previewOnly,
    previewOnly,
    chosen: targets,
    tell: telling.tell,
  };
  const destinations = await findDestinations(history.repositories, finding);
  // In the order of ids, so that the same command plans the same parts once what it tracks is tracked.
  const ids = [...new Set(destinations.values())].sort((one, other) => one - other);
  const histories = ids.map((repositoryId) =>
    toHistoryToSend(
      repositoryId,
      history.repositories.filter(({ key }) => destinations.get(key) === repositoryId),
    ),
  );
  const parts = planParts(histories, toTenantToSend(history, Object.fromEntries(destinations)));
  const previewed = 'Nothing was stored: this was a preview.';
  if (parts.length === 0 && command.previewOnly) return telling.finish(previewed);
  if (parts.length === 0) throw new Ending(NOTHING, 'There is nothing to import.');
  const isBare = destinations.size === 0 && history.repositories.length > 0;
  if (isBare && !(track || previewOnly || command.leaveOut))
    throw new Ending(
      NEEDS_ANSWER,
      'None of these repositories is tracked, so groups would be made without them. Add --track, or --leave-out to import the rest all the same.',
    );
  const comparing = telling.openBar('Comparing with what is stored');
  const lines = await previewParts(parts, {
    client,
    tenantId,
    onProgress: (done) => comparing.advance(done / parts.length, `part ${done} of ${parts.length}`),
  });
  comparing.finish('Compared with what is stored');
  for (const line of lines) telling.tell(line);
  if (command.previewOnly) return telling.finish(previewed);
  const rows = formatNumber(parts.reduce((sum, part) => sum + part.rows, 0));
  if (!command.yes && !isAttended())
    throw new Ending(NEEDS_ANSWER, 'Nothing was stored. Add --yes to store it.');
  if (!command.yes && !(await askToGoOn(`Store ${rows} rows?`)))
    throw new Ending(NEEDS_ANSWER, 'Nothing was stored.');
  const sending = telling.openBar(`Sending ${rows} rows`);
  const sent = await sendImport(
    { ...history, destinations, parts },
    { client, tenantId, onProgress: sending.advance },
  );
  sending.finish(sent.outcome === 'known' ? 'All of it had been imported before' : `${rows} rows sent`);
  for (const line of describeSettings(sent.settings)) telling.tell(line);
  telling.finish(`Import ${sent.importId} is complete. You can take it back on the page Imports.`);
}

importFiles().catch((error: Error) => {
  console.error(error.message);
  process.exit(error instanceof Ending ? error.exitCode : FAILED);
});
