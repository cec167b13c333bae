import { useState } from 'preact/hooks';
import type { InitState } from '../../lib/answers/init.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { reads } from '../reads.ts';
import { initSecret } from '../secret.ts';
import { Shell } from '../shell.tsx';
import { MemoryPicture } from './memory-picture.tsx';
import { needsUpgrade } from './upgrade.tsx';

const PROMISES = [
  {
    title: 'Kept forever',
    text: 'GitHub shows views, clones, referrers and paths for 14 days, then deletes them. Here they are collected every day and kept.',
  },
  {
    title: 'Honest about what is known',
    text: 'A day without visits is zero; a day that was not collected is a gap. A sum of unique visitors is marked as a maximum.',
  },
  {
    title: 'One repository or all of them',
    text: 'Several tenants, five roles, github.com and GitHub Enterprise Server, the whole portfolio on one page, every table as CSV.',
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
        <PageHead title="GitHub forgets your traffic after 14 days. This keeps it." />
        <p class="lead">
          {state.answer?.displayName
            ? `This is the installation of ${state.answer.displayName}.`
            : 'Views, clones, referrers and popular paths of your repositories: collected daily, kept forever.'}
        </p>
        {error && <Failure error={error} />}
        {state.error && <Failure error={state.error} retry={state.reload} />}
        {state.answer && <SchemaNote schema={state.answer.schema} />}
        {fresh && <FirstVisit />}
        <p class="welcome-action">
          <button type="button" class="button primary large" onClick={signIn} disabled={leaving}>
            {leaving
              ? 'One moment…'
              : fresh
                ? 'Sign in and set up'
                : outdated
                  ? 'Sign in and upgrade'
                  : 'Sign in'}
          </button>
        </p>
        <MemoryPicture />
        <ul class="promises">
          {PROMISES.map((promise) => (
            <li key={promise.title}>
              <h2>{promise.title}</h2>
              <p>{promise.text}</p>
            </li>
          ))}
        </ul>
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
