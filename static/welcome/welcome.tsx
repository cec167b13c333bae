import { useState } from 'preact/hooks';
import type { InitState } from '../../lib/answers/init.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Icon, type IconName } from '../controls/icon.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { initSecret } from '../secret.ts';
import { Shell } from '../shell.tsx';
import { MemoryPicture } from './memory-picture.tsx';
import { needsUpgrade } from './upgrade.tsx';

const PROMISES: { icon: IconName; title: string; text: string }[] = [
  {
    icon: 'clock',
    title: 'Kept forever',
    text: 'Views, clones, referrers and paths are collected daily, before GitHub drops them.',
  },
  {
    icon: 'check',
    title: 'Honest',
    text: 'A day nobody collected is a gap, not a zero. Unique visitors are never simply added up.',
  },
  {
    icon: 'layers',
    title: 'One or three hundred',
    text: 'A repository, a group or the whole portfolio: compared, annotated, reported.',
  },
];

/** For visitors who are not signed in: what this is, and how to sign in. */
export function Welcome({ signInError }: { signInError: Error | undefined }) {
  const { session } = useApp();
  const state = useAnswer(reads.initState());
  const [leaving, setLeaving] = useState(false);
  const [error, setError] = useState(signInError);
  const fresh = state.answer?.initialized === false;
  const outdated = state.answer !== undefined && needsUpgrade(state.answer);

  function signIn() {
    setLeaving(true);
    session.signIn(fresh || outdated ? '/initialize' : '/').catch(() => {
      setLeaving(false);
      setError(new Error('Can’t reach the identity provider. Try again in a minute.'));
    });
  }

  return (
    <Shell>
      <div class="page welcome">
        <section class="hero">
          <PageHead title="GitHub forgets your traffic after 14 days. This keeps it." />
          <p>
            {state.answer?.displayName
              ? `This is the installation of ${state.answer.displayName}.`
              : 'Views, clones, referrers and paths of all your repositories, collected every day, kept forever, and honest about what is known.'}
          </p>
          {error && <Failure error={error} />}
          {state.error && <Failure error={state.error} retry={state.reload} />}
          {state.answer && <SchemaNote schema={state.answer.schema} />}
          {fresh && <FirstVisit />}
          <button type="button" class="button primary large" onClick={signIn} disabled={leaving}>
            {leaving
              ? 'One moment…'
              : fresh
                ? 'Sign in and set up'
                : outdated
                  ? 'Sign in and upgrade'
                  : 'Sign in'}
          </button>
        </section>
        <MemoryPicture />
        <div class="promises">
          {PROMISES.map(({ icon, title, text }) => (
            <section key={title}>
              <h2>
                <Icon name={icon} />
                {title}
              </h2>
              <p>{text}</p>
            </section>
          ))}
        </div>
      </div>
    </Shell>
  );
}

/** Warns if the actions and the database have different schema versions. */
function SchemaNote({ schema: { stored, expected } }: { schema: InitState['schema'] }) {
  if (stored === null || stored === expected) return null;
  return (
    <Notice kind="warning" title="Database version mismatch">
      <p>
        Its schema is version {stored}; these actions need {expected}.{' '}
        {stored < expected
          ? 'Anyone with the installation secret can upgrade it.'
          : 'Deploy the newer version of the actions.'}
      </p>
    </Notice>
  );
}

function FirstVisit() {
  return (
    <Notice kind="info" title="Set up this installation">
      {initSecret() ? (
        <p>Setup link accepted. Sign in with the e-mail address of the administrator.</p>
      ) : (
        <p>
          Open the link printed in the terminal (<code>…/#init=SECRET</code>), or sign in and enter the
          secret.
        </p>
      )}
    </Notice>
  );
}
