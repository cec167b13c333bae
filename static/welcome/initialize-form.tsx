import { useState } from 'preact/hooks';
import type { InitRequest } from '../../actions/init.ts';
import type { InitAnswer, InitState } from '../../lib/answers/init.ts';
import { useApp } from '../app-context.ts';
import { Failure } from '../controls/failure.tsx';
import { faultsOf } from '../controls/faults.ts';
import { Field } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { replace } from '../location.ts';
import { paths } from '../routes.ts';
import { forgetInitSecret, initSecret } from '../secret.ts';
import { GithubAccount } from './github-account.tsx';
import { SecretField } from './secret-field.tsx';
import { type Choice, ServerChoice } from './server-choice.tsx';

const FIELD_OF = {
  init_secret_wrong: 'secret',
  github_token_refused: 'githubToken',
  private_address: 'server.url',
  server_unreachable: 'server.url',
};
const NOBODY = { githubUser: '', githubToken: '' };

function webUrlOf(choice: Choice): string | null {
  if (choice.kind === 'demo') return null;
  return choice.kind === 'enterprise' && choice.url ? choice.url : 'https://github.com';
}

/** What the form asks for, and how it is sent. */
function useInitialization(onDone: () => void) {
  const { api, config } = useApp();
  const submission = useSubmission();
  const [secret, setSecret] = useState(initSecret);
  const [displayName, setDisplayName] = useState('');
  const [server, setServer] = useState<Choice>({ kind: 'github' });
  const [account, setAccount] = useState(NOBODY);

  function choose(next: Choice) {
    if (next.kind !== server.kind) setAccount((next.kind === 'demo' && config.demo) || NOBODY);
    setServer(next);
  }
  function submit() {
    const body: InitRequest = { secret, displayName, server, ...account };
    void submission.run(async () => {
      const answer = await api.send<InitAnswer>('POST', 'init', body);
      forgetInitSecret();
      replace(`${paths.repositories(answer.tenantId)}?first=1`);
      onDone();
    });
  }
  return {
    submission,
    secret,
    setSecret,
    displayName,
    setDisplayName,
    server,
    choose,
    account,
    setAccount,
    submit,
  };
}

interface InitializeFormProps {
  state: InitState;
  onDone: () => void;
}

/** Creates the administrator and the first tenant, once. */
export function InitializeForm({ state, onDone }: InitializeFormProps) {
  const form = useInitialization(onDone);
  const { submission } = form;
  const [linked] = useState(() => initSecret() !== '');
  const faults = faultsOf(submission, FIELD_OF);
  return (
    <>
      <PageHead
        title="Set up this installation"
        below={<p class="lead">You become the administrator. It takes a minute and is done once.</p>}
      />
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          form.submit();
        }}
      >
        {linked && !faults.of('secret') ? (
          <Notice kind="success">
            <p>The installation’s secret came with your link.</p>
          </Notice>
        ) : (
          <SecretField secret={form.secret} onChange={form.setSecret} fault={faults.of('secret')} />
        )}
        <Field
          label="Display name"
          required
          maxLength={200}
          value={form.displayName}
          onValue={form.setDisplayName}
          hint="Your team’s or organisation’s name. It greets everybody who signs in."
          fault={faults.of('displayName')}
        />
        <ServerChoice
          choice={form.server}
          demoAvailable={state.demoAvailable}
          onChange={form.choose}
          urlFault={faults.of('server.url')}
        />
        <GithubAccount
          account={form.account}
          onChange={form.setAccount}
          faultOf={faults.of}
          webUrl={webUrlOf(form.server)}
        />
        {submission.error && !faults.atField && <Failure error={submission.error} />}
        <p>
          <button type="submit" class="button primary large" disabled={submission.busy}>
            {submission.busy ? 'Checking with GitHub…' : 'Set up'}
          </button>
        </p>
      </form>
    </>
  );
}
