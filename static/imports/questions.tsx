import { useId, useState } from 'preact/hooks';
import type { ReadAnswers, ReadProblem, ReadQuestion } from '../../lib/imports/history.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { Panel } from '../controls/panel.tsx';
import { plural } from '../format.ts';
import { placeOf } from './problem-list.tsx';

interface Asked extends ReadProblem {
  question: ReadQuestion;
}

/** The full names that the files hint at for a repository whose name they do not say. */
export function hintsOf(problems: readonly ReadProblem[]): ReadonlyMap<string, string[]> {
  return new Map(
    problems.flatMap(({ question }) =>
      question?.kind === 'repository' ? [[question.id.replace('repository:', ''), question.suggestions]] : [],
    ),
  );
}

/** Which repository a row is about is asked in its row. */
const questionsOf = (problems: readonly ReadProblem[]): Asked[] =>
  problems.filter((one): one is Asked => one.question !== null && one.question.kind !== 'repository');

interface QuestionsProps {
  problems: readonly ReadProblem[];
  /** Owners of the tracked repositories. */
  owners: readonly string[];
  onAnswer: (answers: ReadAnswers) => void;
}

/** What the files do not say. Without an answer, what it is about stays out. */
export function Questions({ problems, owners, onAnswer }: QuestionsProps) {
  const asked = questionsOf(problems);
  const [given, setGiven] = useState<Record<string, string>>({});
  const answerOf = ({ id, suggestions }: ReadQuestion) => given[id] ?? suggestions[0] ?? '';
  const answers = Object.fromEntries(
    asked.map(({ question }) => [question.id, answerOf(question)]).filter(([, value]) => value !== ''),
  );
  const count = Object.keys(answers).length;
  if (asked.length === 0) return null;
  return (
    <Panel
      title="Please answer"
      beside={
        <span class="muted small">{plural(asked.length, 'question')}: without an answer, it stays out</span>
      }
    >
      <form
        class="questions"
        onSubmit={(event) => {
          event.preventDefault();
          onAnswer(answers);
        }}
      >
        {asked.map((problem) => (
          <Question
            key={problem.question.id}
            problem={problem}
            owners={owners}
            value={answerOf(problem.question)}
            onValue={(value) => setGiven({ ...given, [problem.question.id]: value })}
          />
        ))}
        <div class="row">
          <button type="submit" class="button primary" disabled={count === 0}>
            {count === 1 ? 'Use this answer' : 'Use these answers'}
          </button>
        </div>
      </form>
    </Panel>
  );
}

const LABELS: Record<ReadQuestion['kind'], string> = {
  repository: 'Repository',
  owner: 'Owner on GitHub',
  metric: 'What it counts',
  times: 'What a row is',
  dates: 'How dates are written',
  date: 'As of which day',
};

interface QuestionProps {
  problem: Asked;
  owners: readonly string[];
  value: string;
  onValue: (value: string) => void;
}

function Question({ problem, owners, value, onValue }: QuestionProps) {
  const { message, question } = problem;
  const listId = useId();
  const hint = (
    <>
      <span class="file-name">{placeOf(problem)}</span>: {message}
    </>
  );
  if (question.choices)
    return (
      <SelectField
        label={LABELS[question.kind]}
        value={value}
        options={[{ value: '', label: 'Choose…' }, ...question.choices]}
        onValue={onValue}
        hint={hint}
      />
    );
  return (
    <>
      <Field
        label={LABELS[question.kind]}
        type={question.kind === 'date' ? 'date' : 'text'}
        value={value}
        onValue={onValue}
        hint={hint}
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        {...(question.kind === 'owner' ? { list: listId } : {})}
      />
      {question.kind === 'owner' && (
        <datalist id={listId}>
          {[...new Set([...question.suggestions, ...owners])].map((owner) => (
            <option key={owner} value={owner} />
          ))}
        </datalist>
      )}
    </>
  );
}
