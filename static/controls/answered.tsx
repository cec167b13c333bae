import type { ComponentChildren } from 'preact';
import type { Loaded } from '../answers.ts';
import { Failure } from './failure.tsx';
import { Skeleton } from './skeleton.tsx';

interface AnsweredProps<Answer> {
  loaded: Loaded<Answer>;
  children: (answer: Answer) => ComponentChildren;
}

/** What an answer is shown as; until then its place, or why there is none. */
export function Answered<Answer>({ loaded: { answer, error, reload }, children }: AnsweredProps<Answer>) {
  return (
    <>
      {error && <Failure error={error} retry={reload} />}
      {answer === undefined ? !error && <Skeleton /> : children(answer)}
    </>
  );
}
