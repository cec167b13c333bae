import { useEffect } from 'preact/hooks';
import { useAnswer } from '../answers.ts';
import { Answered } from '../controls/answered.tsx';
import { replace } from '../location.ts';
import { reads } from '../reads.ts';
import { InitializeForm } from './initialize-form.tsx';
import { needsUpgrade, Upgrade } from './upgrade.tsx';

/** Sets the installation up, or upgrades it; goes on when there is nothing to do. */
export function Initialize({ onDone }: { onDone: () => void }) {
  const state = useAnswer(reads.initState());
  const done = state.answer?.initialized === true && !needsUpgrade(state.answer);
  useEffect(() => {
    if (done) replace('/');
  }, [done]);
  return (
    <div class="page narrow">
      <Answered loaded={state}>
        {(answer) => {
          if (needsUpgrade(answer)) return <Upgrade schema={answer.schema} onDone={onDone} />;
          return done ? null : <InitializeForm state={answer} onDone={onDone} />;
        }}
      </Answered>
    </div>
  );
}
