import { useEffect, useState } from 'preact/hooks';
import type { InitRequest } from '../../actions/init.ts';
import type { InitAnswer } from '../../actions/openapi/init.ts';
import { useAnswer } from '../answers.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { replace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { forgetInitSecret, initSecret } from '../secret.ts';
import { TokenHelp } from './token-help.tsx';

type Kind = InitRequest['server']['kind'];

const FIELD_OF: Record<string, string> = {
  init_secret_wrong: 'secret',
  github_token_refused: 'githubToken',
  private_address: 'server.url',
  server_unreachable: 'server.url',
};

/** Creates the administrator and the first tenant, once. */
export function Initialize({ onDone }: { onDone: () => void }) {
  const { api, config } = useApp();
  const state = useAnswer(reads.initState());
  const submission = useSubmission();
  const [linked] = useState(initSecret);
  const [secret, setSecret] = useState(linked);
  const [displayName, setDisplayName] = useState('');
  const [kind, setKind] = useState<Kind>('github');
  const [url, setUrl] = useState('');
  const [githubUser, setGithubUser] = useState('');
  const [githubToken, setGithubToken] = useState('');

  const { error } = submission;
  const field = error instanceof ApiError ? FIELD_OF[error.code] : undefined;
  const faultOf = (name: string) => (field === name ? error?.message : submission.faultOf(name));

  function choose(next: Kind) {
    setKind(next);
    const demo = next === 'demo' ? config.demo : undefined;
    setGithubUser(demo?.githubUser ?? '');
    setGithubToken(demo?.githubToken ?? '');
  }

  function submit() {
    const server: InitRequest['server'] = kind === 'enterprise' ? { kind, url: url.trim() } : { kind };
    const body: InitRequest = { secret, displayName, server, githubUser, githubToken };
    void submission.run(async () => {
      const answer = await api.send<InitAnswer>('POST', 'init', body);
      forgetInitSecret();
      replace(`${paths.repositories(answer.tenantId)}?first=1`);
      onDone();
    });
  }

  const initialized = state.answer?.initialized === true && !submission.busy;
  useEffect(() => {
    if (initialized) replace('/');
  }, [initialized]);

  if (state.error)
    return (
      <div class="page narrow">
        <Failure error={state.error} retry={state.reload} />
      </div>
    );
  const kinds: { value: Kind; label: string }[] = [
    { value: 'github', label: 'github.com' },
    { value: 'enterprise', label: 'GitHub Enterprise Server' },
    ...(state.answer?.demoAvailable
      ? [{ value: 'demo' as const, label: 'Demo (simulated GitHub on this machine)' }]
      : []),
  ];

  return (
    <div class="page narrow">
      <PageHead
        title="Set up this installation"
        below={<p class="lead">You become the administrator. It takes a minute and is done once.</p>}
      />
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {linked && field !== 'secret' ? (
          <Notice kind="success">
            <p>The installation’s secret came with your link.</p>
          </Notice>
        ) : (
          <Field
            label="Secret of the installation"
            type="password"
            autoComplete="off"
            required
            value={secret}
            onValue={setSecret}
            hint="Whoever deployed the installation was given it, as INIT_SECRET."
            fault={faultOf('secret')}
          />
        )}
        <Field
          label="Display name"
          required
          maxLength={200}
          value={displayName}
          onValue={setDisplayName}
          hint="Your team’s or organisation’s name. It greets everybody who signs in."
          fault={faultOf('displayName')}
        />
        <SelectField
          label="GitHub server"
          value={kind}
          options={kinds}
          onValue={(value) => choose(value as Kind)}
        />
        {kind === 'enterprise' && (
          <Field
            label="Address of the server"
            type="url"
            required
            placeholder="https://github.example.com"
            value={url}
            onValue={setUrl}
            fault={faultOf('server.url')}
          />
        )}
        <Field
          label="GitHub user name"
          required
          autoComplete="off"
          spellcheck={false}
          maxLength={100}
          value={githubUser}
          onValue={setGithubUser}
          fault={faultOf('githubUser')}
        />
        <Field
          label="GitHub token"
          type="password"
          required
          autoComplete="off"
          maxLength={400}
          value={githubToken}
          onValue={setGithubToken}
          hint={
            kind === 'demo' ? (
              'The simulator accepts the suggested token.'
            ) : (
              <TokenHelp webUrl={kind === 'enterprise' && url ? url : 'https://github.com'} />
            )
          }
          fault={faultOf('githubToken')}
        />
        {error && !field && <Failure error={error} />}
        <p>
          <button type="submit" class="button primary large" disabled={submission.busy}>
            {submission.busy ? 'Checking with GitHub…' : 'Set up'}
          </button>
        </p>
      </form>
    </div>
  );
}
