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
    title: 'Kept for ever',
    text: 'GitHub shows views, clones, referrers and paths for 14 days and then forgets them. They are collected here every day and kept.',
  },
  {
    title: 'Honest about what is known',
    text: 'A day without visits is a zero; a day that nobody collected is a gap. Unique visitors are never simply added up.',
  },
  {
    title: 'One repository or all of them',
    text: 'Several tenants, five roles, github.com and GitHub Enterprise Server, the whole portfolio on one page, every table as CSV.',
  },
];

/** For who is not signed in: what it is, and the way in. */
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
      setError(new Error('The identity provider cannot be reached at the moment. Try again in a minute.'));
    });
  }

  return (
    <Shell>
      <div class="page welcome">
        <PageHead title="GitHub forgets your traffic after 14 days. This keeps it." />
        <p class="lead">
          {state.answer?.displayName
            ? `This is the installation of ${state.answer.displayName}.`
            : 'Views, clones, referrers and popular paths of your repositories: collected daily, kept for ever.'}
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

/** The actions were deployed anew, the database was not brought along yet, or the other way round. */
function SchemaNote({ schema: { stored, expected } }: { schema: InitState['schema'] }) {
  if (stored === null || stored === expected) return null;
  return (
    <Notice kind="warning" title="The database does not fit">
      <p>
        Its schema has version {stored}, but these actions need {expected}.{' '}
        {stored < expected
          ? 'Whoever has the installation’s secret can upgrade it.'
          : 'Deploy the newer version of the actions.'}
      </p>
    </Notice>
  );
}

function FirstVisit() {
  return (
    <Notice kind="info" title="Set up this installation">
      {initSecret() ? (
        <p>You have the link to set it up. Sign in: your e-mail address becomes the administrator’s.</p>
      ) : (
        <p>
          It has not been set up yet. Whoever deployed it has a link with the installation’s secret (
          <code>…/#init=SECRET</code>): open that link, or sign in and enter the secret.
        </p>
      )}
    </Notice>
  );
}
