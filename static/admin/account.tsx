import { useCallback, useEffect, useState } from 'preact/hooks';
import type { AccountAnswer } from '../accounts.ts';
import type { Api } from '../api.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { Answered } from '../controls/loading.tsx';
import { Menu } from '../controls/menu.tsx';
import { Panel } from '../controls/panel.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';

/** The account's answer, and the one after a change. */
function useAccount(accounts: Api) {
  const [answer, setAnswer] = useState<AccountAnswer>();
  const [error, setError] = useState<Error>();
  const reload = useCallback(() => {
    setError(undefined);
    accounts.read<AccountAnswer>({ url: 'account' }).then(setAnswer, setError);
  }, [accounts]);
  useEffect(reload, [reload]);
  return { answer, error, loading: !answer && !error, reload, setAnswer };
}

type Change =
  | { kind: 'password' }
  | { kind: 'remove password' }
  | { kind: 'add passkey' }
  | { kind: 'remove passkey'; id: string; name: string }
  | { kind: 'end session'; id: string; device: string };

/** How the person signs in, and where they are signed in. */
export function Account({ accounts }: { accounts: Api }) {
  const account = useAccount(accounts);
  const [change, setChange] = useState<Change>();
  const close = () => setChange(undefined);
  const done = (next: AccountAnswer) => {
    account.setAnswer(next);
    close();
  };
  return (
    <>
      <Answered loaded={account}>
        {(answer) => (
          <>
            <SignInPanel answer={answer} onChange={setChange} />
            <SessionsPanel answer={answer} onChange={setChange} />
          </>
        )}
      </Answered>
      {change?.kind === 'password' && account.answer && (
        <PasswordDialog accounts={accounts} answer={account.answer} onDone={done} onClose={close} />
      )}
      {change?.kind === 'add passkey' && <PasskeyDialog accounts={accounts} onDone={done} onClose={close} />}
      {change && change.kind !== 'password' && change.kind !== 'add passkey' && (
        <ConfirmDialog accounts={accounts} change={change} onDone={done} onClose={close} />
      )}
    </>
  );
}

interface PanelProps {
  answer: AccountAnswer;
  onChange: (change: Change) => void;
}

function SignInPanel({ answer: { hasPassword, passkeys }, onChange }: PanelProps) {
  const { config } = useApp();
  const isOnly = passkeys.length + (hasPassword ? 1 : 0) < 2;
  const beside = config.accounts?.passkeys && (
    <button type="button" class="button small" onClick={() => onChange({ kind: 'add passkey' })}>
      Add a passkey…
    </button>
  );
  return (
    <Panel title="How you sign in" beside={beside}>
      <DataTable
        label="Ways to sign in"
        columns={[{ label: 'With' }, { label: 'Last used' }, { label: 'Actions', unseen: true }]}
        cards
      >
        <tr>
          <th scope="row">Password</th>
          <td data-label="Last used">{hasPassword ? '–' : 'none'}</td>
          <td class="actions">
            <button type="button" class="button small" onClick={() => onChange({ kind: 'password' })}>
              {hasPassword ? 'Change password…' : 'Set a password…'}
            </button>
            {hasPassword && !isOnly && (
              <Menu
                label="Actions for the password"
                items={[
                  { label: 'Remove…', danger: true, onPick: () => onChange({ kind: 'remove password' }) },
                ]}
              />
            )}
          </td>
        </tr>
        {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
          <tr key={id}>
            <th scope="row">Passkey: {name}</th>
            <td class="when" data-label="Last used">
              {lastUsedAt ? formatInstant(lastUsedAt) : `Added ${formatInstant(createdAt)}`}
            </td>
            <td class="actions">
              {!isOnly && (
                <Menu
                  label={`Actions for the passkey ${name}`}
                  items={[
                    {
                      label: 'Remove…',
                      danger: true,
                      onPick: () => onChange({ kind: 'remove passkey', id, name }),
                    },
                  ]}
                />
              )}
            </td>
          </tr>
        ))}
      </DataTable>
    </Panel>
  );
}

function SessionsPanel({ answer: { sessions }, onChange }: PanelProps) {
  return (
    <Panel title="Where you are signed in">
      <DataTable
        label="Your sessions"
        columns={[{ label: 'Device' }, { label: 'Last used' }, { label: 'Actions', unseen: true }]}
        cards
      >
        {sessions.map(({ id, device, lastUsedAt, current }) => (
          <tr key={id}>
            <th scope="row">
              {device} {current && <span class="tag">This one</span>}
            </th>
            <td class="when" data-label="Last used">
              {formatInstant(lastUsedAt)}
            </td>
            <td class="actions">
              {!current && (
                <Menu
                  label={`Actions for the session in ${device}`}
                  items={[
                    {
                      label: 'End…',
                      danger: true,
                      onPick: () => onChange({ kind: 'end session', id, device }),
                    },
                  ]}
                />
              )}
            </td>
          </tr>
        ))}
      </DataTable>
    </Panel>
  );
}

interface ChangeProps {
  accounts: Api;
  onDone: (answer: AccountAnswer) => void;
  onClose: () => void;
}

/** After an older sign-in, the pages lead to a new one. */
function SignInAgain({ error }: { error: Error | undefined }) {
  const { api, session } = useApp();
  if (!(error instanceof ApiError) || error.code !== 'sign_in_again') return null;
  const signOut = async () => {
    await api.endToken();
    await session.signOut();
  };
  return (
    <p>
      <button type="button" class="button small" onClick={() => void signOut()}>
        Sign out, to sign in again
      </button>
    </p>
  );
}

function PasswordDialog({ accounts, answer, onDone, onClose }: ChangeProps & { answer: AccountAnswer }) {
  const submission = useSubmission();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const fieldErrors = fieldErrorsOf(submission, { wrong_password: 'current', weak_password: 'password' });
  return (
    <FormDialog
      title={answer.hasPassword ? 'Change your password' : 'Set a password'}
      action="Save"
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={() =>
        void submission.run(async () =>
          onDone(await accounts.send<AccountAnswer>('PUT', 'account/password', { current, password })),
        )
      }
      onClose={onClose}
    >
      <input type="email" name="email" autocomplete="username" value={answer.email} hidden readOnly />
      {answer.hasPassword && (
        <Field
          label="Current password"
          type="password"
          required
          autocomplete="current-password"
          value={current}
          onValue={setCurrent}
          error={fieldErrors.of('current')}
        />
      )}
      <Field
        label="New password"
        type="password"
        required
        minLength={12}
        autocomplete="new-password"
        value={password}
        onValue={setPassword}
        hint="12 characters or more, such as four words that do not belong together. All other sessions end."
        error={fieldErrors.of('password')}
      />
      <SignInAgain error={submission.error} />
    </FormDialog>
  );
}

const NO_PASSKEY = 'No passkey was made. Try again, or use another device.';

function PasskeyDialog({ accounts, onDone, onClose }: ChangeProps) {
  const submission = useSubmission();
  const [name, setName] = useState('');

  function add() {
    void submission.run(async () => {
      const { startRegistration } = await import('@simplewebauthn/browser');
      type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];
      const optionsJSON = await accounts.send<Options>('POST', 'account/passkeys/options', {});
      const response = await startRegistration({ optionsJSON }).catch((error: Error) => {
        const isKnown = error.name === 'InvalidStateError';
        throw new Error(isKnown ? 'This device has a passkey for this account already.' : NO_PASSKEY);
      });
      onDone(await accounts.send<AccountAnswer>('POST', 'account/passkeys', { response, name }));
    });
  }

  return (
    <FormDialog
      title="Add a passkey"
      action="Continue"
      submission={submission}
      onSubmit={add}
      onClose={onClose}
    >
      <p>Your device asks for your fingerprint, face or PIN, and keeps the passkey.</p>
      <Field
        label="Name"
        maxLength={60}
        placeholder="Blue laptop"
        value={name}
        onValue={setName}
        hint="To recognize it later. Without one, it is called after this browser."
      />
      <SignInAgain error={submission.error} />
    </FormDialog>
  );
}

type Confirmed = Exclude<Change, { kind: 'password' } | { kind: 'add passkey' }>;

function textsOf(change: Confirmed) {
  if (change.kind === 'remove password')
    return {
      title: 'Remove your password?',
      action: 'Remove',
      path: 'account/password',
      consequence: 'You sign in with a passkey only.',
    };
  if (change.kind === 'remove passkey')
    return {
      title: `Remove the passkey ${change.name}?`,
      action: 'Remove',
      path: `account/passkeys/${encodeURIComponent(change.id)}`,
      consequence: 'It no longer signs you in. Your device may still offer it: delete it there, too.',
    };
  return {
    title: `End the session in ${change.device}?`,
    action: 'End session',
    path: `account/sessions/${encodeURIComponent(change.id)}`,
    consequence: 'It can renew nothing from now on. A page that is open there stops within ten minutes.',
  };
}

function ConfirmDialog({ accounts, change, onDone, onClose }: ChangeProps & { change: Confirmed }) {
  const submission = useSubmission();
  const { title, action, path, consequence } = textsOf(change);
  return (
    <FormDialog
      title={title}
      action={action}
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => onDone(await accounts.send<AccountAnswer>('DELETE', path)))
      }
      onClose={onClose}
    >
      <p>{consequence}</p>
      <SignInAgain error={submission.error} />
    </FormDialog>
  );
}
