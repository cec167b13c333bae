import { confirm, isCancel, select, text } from '@clack/prompts';
import { isDay } from '../../lib/day.ts';
import type { ReadHistory, ReadProblem, ReadQuestion } from '../../lib/imports/read.ts';

/** Ends the command as Ctrl-C does. */
function leaveIfCancelled<Value>(answer: Value): Exclude<Value, symbol> {
  if (isCancel(answer)) process.exit(130);
  return answer as Exclude<Value, symbol>;
}

/** Somebody is there who can answer. */
export const isAttended = () => process.stdin.isTTY === true && process.stdout.isTTY === true;

export type Asked = ReadProblem & { question: ReadQuestion };

/** What the files do not say. */
export function questionsOf({ problems }: ReadHistory): Asked[] {
  return problems.filter((problem): problem is Asked => problem.question !== null);
}

const HINTS: Record<ReadQuestion['kind'], string> = {
  repository: 'Its full name, such as octo-org/alpha',
  owner: 'Their owner on GitHub',
  metric: 'What does it count?',
  times: 'What are these rows?',
  dates: 'How are its dates written?',
  date: 'As of which day, as YYYY-MM-DD',
};

const isValid = (kind: ReadQuestion['kind'], value: string) => {
  if (value === '') return true;
  if (kind === 'date') return isDay(value);
  return kind === 'repository' ? /^[^/\s]+\/[^/\s]+$/.test(value) : /^[^/\s]+$/.test(value);
};

/** Asks in the terminal. An empty answer leaves out what it is about. */
export async function askPerson({ path, message, question }: Asked): Promise<string> {
  const heading = `${path}: ${message}\n${HINTS[question.kind]}`;
  if (question.choices)
    return leaveIfCancelled(
      await select({
        message: heading,
        options: question.choices,
        initialValue: question.suggestions[0] ?? '',
      }),
    );
  const [suggestion = ''] = question.suggestions;
  const others = question.suggestions.length > 1 ? `, or ${question.suggestions.slice(1).join(', ')}` : '';
  const answer = leaveIfCancelled(
    await text({
      message: `${heading}${others} (empty: leave it out)`,
      initialValue: suggestion,
      validate: (value) => (isValid(question.kind, value?.trim() ?? '') ? undefined : HINTS[question.kind]),
    }),
  );
  return (answer ?? '').trim();
}

/** Yes or no. */
export async function askToGoOn(message: string): Promise<boolean> {
  return leaveIfCancelled(await confirm({ message }));
}

/** One of several repositories; null for none. */
export async function askWhich(
  message: string,
  candidates: readonly { repositoryId: number; fullName: string }[],
): Promise<number | null> {
  const options = candidates.map(({ repositoryId, fullName }) => ({ value: repositoryId, label: fullName }));
  const chosen = leaveIfCancelled(
    await select({ message, options: [...options, { value: 0, label: 'None: leave it out' }] }),
  );
  return chosen === 0 ? null : chosen;
}
