import { useEffect, useState } from 'preact/hooks';
import type { ClaimRequest, InitRequest } from '../../actions/init.ts';
import type { InitAnswer, InitState } from '../../lib/answers/init.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { replace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { forgetInitSecret, initSecret } from '../secret.ts';
import { GithubAccount } from './github-account.tsx';
import { SecretField } from './secret-field.tsx';
import { Steps } from './steps.tsx';
import { needsUpgrade, Upgrade } from './upgrade.tsx';

/** Sets up or upgrades the installation; leaves if there is nothing to do. */
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

const FIELD_OF = {
  init_secret_wrong: 'secret',
  github_token_refused: 'githubToken',
  private_address: 'server.url',
  server_unreachable: 'server.url',
};
/** The first tenant has the name that was typed, as far as a tenant's name goes. */
const MAX_TENANT_NAME = 100;

const STEPS = [
  { title: 'Name' },
  { title: 'GitHub' },
  { title: 'Repositories' },
  { title: 'First collection' },
];
const NOBODY = { githubUser: '', githubToken: '' };

function webUrlOf(choice: Choice): string | null {
  if (choice.kind === 'demo') return null;
  return choice.kind === 'enterprise' && choice.url ? choice.url : 'https://github.com';
}

/** The form's state, and how it is sent. */
function useInitialization(state: InitState, onDone: () => void) {
  const { api, config } = useApp();
  const submission = useSubmission();
  const [secret, setSecret] = useState(initSecret);
  const [displayName, setDisplayName] = useState(state.displayName ?? '');
  const [server, setServer] = useState<Choice>({ kind: 'github' });
  const [account, setAccount] = useState(NOBODY);
  const [weak, setWeak] = useState<InitAnswer>();

  function choose(next: Choice) {
    if (next.kind !== server.kind) setAccount((next.kind === 'demo' && config.demo) || NOBODY);
    // What was wrong was about another server.
    submission.clear();
    setServer(next);
  }
  function submit() {
    const tenantName = displayName.trim().slice(0, MAX_TENANT_NAME);
    const whole: InitRequest = { secret, displayName, tenantName, server, ...account };
    const claim: ClaimRequest = { secret, displayName };
    const body = state.provisioned ? claim : whole;
    void submission.run(async () => {
      const answer = await api.send<InitAnswer>('POST', 'init', body);
      forgetInitSecret();
      if (answer.weaknesses.length > 0) setWeak(answer);
      else leave(answer);
    });
  }
  function leave({ tenantId }: InitAnswer) {
    replace(state.provisioned ? paths.overview(tenantId) : paths.firstRepositories(tenantId));
    onDone();
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
    weak,
    leave,
  };
}

interface InitializeFormProps {
  state: InitState;
  onDone: () => void;
}

/** Creates the administrator and the first tenant, once. */
export function InitializeForm({ state, onDone }: InitializeFormProps) {
  const form = useInitialization(state, onDone);
  const { submission } = form;
  const [linked] = useState(() => initSecret() !== '');
  const fieldErrors = fieldErrorsOf(submission, FIELD_OF);
  if (form.weak) return <Weaknesses answer={form.weak} onContinue={form.leave} />;
  return (
    <>
      <PageHead
        title="Set up this installation"
        below={
          <p class="lead">
            {state.provisioned
              ? 'It already tracks repositories. You become its administrator.'
              : 'You become the administrator. It takes a minute.'}
          </p>
        }
      />
      {!state.provisioned && <Steps steps={STEPS} current={0} across />}
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault();
          form.submit();
        }}
      >
        {linked && !fieldErrors.of('secret') ? (
          <Notice kind="success">
            <p>Setup link accepted.</p>
          </Notice>
        ) : (
          <SecretField secret={form.secret} onChange={form.setSecret} error={fieldErrors.of('secret')} />
        )}
        <Field
          label="Display name"
          required
          maxLength={200}
          value={form.displayName}
          onValue={form.setDisplayName}
          hint="Your team or organization. Shown to everyone who signs in."
          error={fieldErrors.of('displayName')}
        />
        {!state.provisioned && (
          <>
            <ServerChoice
              choice={form.server}
              demoAvailable={state.demoAvailable}
              onChange={form.choose}
              urlError={fieldErrors.of('server.url')}
            />
            <GithubAccount
              account={form.account}
              onChange={form.setAccount}
              errorOf={fieldErrors.of}
              webUrl={webUrlOf(form.server)}
            />
          </>
        )}
        {submission.error && !fieldErrors.atField && <Failure error={submission.error} />}
        <p>
          <button type="submit" class="button primary large" disabled={submission.busy}>
            {submission.busy ? (state.provisioned ? 'One moment…' : 'Checking with GitHub…') : 'Set up'}
          </button>
        </p>
      </form>
    </>
  );
}

interface WeaknessesProps {
  answer: InitAnswer;
  onContinue: (answer: InitAnswer) => void;
}

/** Says what the database does not enforce. */
function Weaknesses({ answer, onContinue }: WeaknessesProps) {
  return (
    <>
      <PageHead title="The installation is set up" />
      <Notice kind="warning" title="Its database protects less than it could">
        {answer.weaknesses.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </Notice>
      <p>
        <button type="button" class="button primary large" onClick={() => onContinue(answer)}>
          Continue
        </button>
      </p>
    </>
  );
}

export type Choice = InitRequest['server'];

interface ServerChoiceProps {
  choice: Choice;
  demoAvailable: boolean;
  onChange: (choice: Choice) => void;
  urlError: string | undefined;
}

const KINDS = [
  { value: 'github', label: 'github.com' },
  { value: 'enterprise', label: 'GitHub Enterprise Server' },
];
const DEMO = { value: 'demo', label: 'Demo (simulated GitHub on this machine)' };

function toChoice(kind: string): Choice {
  if (kind === 'enterprise') return { kind, url: '' };
  return kind === 'demo' ? { kind } : { kind: 'github' };
}

/** The GitHub server of the first tenant. */
export function ServerChoice({ choice, demoAvailable, onChange, urlError }: ServerChoiceProps) {
  return (
    <>
      <SelectField
        label="GitHub server"
        value={choice.kind}
        options={demoAvailable ? [...KINDS, DEMO] : KINDS}
        onValue={(kind) => onChange(toChoice(kind))}
      />
      {choice.kind === 'enterprise' && (
        <Field
          label="Server address"
          type="url"
          required
          placeholder="https://github.example.com"
          value={choice.url}
          onValue={(url) => onChange({ kind: 'enterprise', url })}
          error={urlError}
        />
      )}
    </>
  );
}
