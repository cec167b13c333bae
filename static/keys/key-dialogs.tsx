import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { KeyRequest } from '../../actions/keys.ts';
import type { ApiKey } from '../../lib/answers/keys.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { PickList } from '../controls/pick-list.tsx';
import { copyText, ShownText } from '../controls/shown-text.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';
import { reads } from '../reads.ts';
import { SCOPES } from './scopes.ts';
import { makeSecret, type Secret } from './secret.ts';

const EXPIRIES = [
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '180', label: 'In 180 days' },
  { value: '365', label: 'In a year' },
];
/** Where a menu of groups also has these two. */
const ALL = 'all';
const SOME = 'some';

interface CreateKeyProps {
  tenantId: number;
  onClose: () => void;
  /** The key exists now, and its secret is shown until the dialog is closed. */
  onCreated: () => void;
}

/** Makes a key, and then shows it once, to copy. */
export function CreateKey({ tenantId, onClose, onCreated }: CreateKeyProps) {
  const [made, setMade] = useState<{ key: ApiKey; secret: Secret }>();
  if (made) return <ShowKey tenantId={tenantId} made={made} onClose={onClose} />;
  return (
    <KeyForm
      tenantId={tenantId}
      onClose={onClose}
      onMade={(key, secret) => {
        setMade({ key, secret });
        onCreated();
      }}
    />
  );
}

interface KeyFormProps {
  tenantId: number;
  onClose: () => void;
  onMade: (key: ApiKey, secret: Secret) => void;
}

function KeyForm({ tenantId, onClose, onMade }: KeyFormProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const list = useAnswer(reads.groups(tenantId));
  const [name, setName] = useState('');
  const [scope, setScope] = useState<ApiKey['scope']>('read');
  const [reach, setReach] = useState(ALL);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [days, setDays] = useState('90');
  // One secret for all attempts: a request that is sent again makes no second key.
  const [secret] = useState(makeSecret);
  const isForAll = SCOPES.some((one) => one.scope === scope && one.isForAll);
  const shownReach = isForAll ? ALL : reach;
  const errors = fieldErrorsOf(submission, {});

  function save() {
    void submission.run(async () => {
      const made = await secret;
      const { secretHash, hint } = made;
      const request: KeyRequest = {
        name,
        scope,
        ...toReach(shownReach, chosen),
        days: Number(days),
        secretHash,
        hint,
      };
      onMade(await api.send<ApiKey>('POST', `keys/${tenantId}`, request), made);
    });
  }

  return (
    <FormDialog
      title="New API key"
      action="Create key"
      wide
      disabled={shownReach === SOME && chosen.size === 0}
      submission={submission}
      shownAtField={errors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <Field
        label="Name"
        required
        maxLength={100}
        placeholder="Nightly report"
        autoComplete="off"
        value={name}
        onValue={setName}
        error={errors.of('name')}
        hint="What uses the key. The audit log shows it."
      />
      <ScopeChoice scope={scope} onScope={setScope} />
      <SelectField
        label="Repositories"
        value={shownReach}
        options={[
          { value: ALL, label: 'All, and those added later' },
          ...(list.answer?.groups ?? []).map((group) => ({
            value: String(group.groupId),
            label: `The group ${group.name}`,
          })),
          { value: SOME, label: 'Some repositories…' },
        ]}
        onValue={setReach}
        disabled={isForAll}
        hint={isForAll ? 'A key that imports or manages is for all repositories.' : undefined}
      />
      {shownReach === SOME && (
        <PickList
          label="Repositories of the key"
          items={(list.answer?.repositories ?? []).map(({ repositoryId, fullName }) => ({
            id: repositoryId,
            label: fullName,
          }))}
          chosen={chosen}
          onChange={setChosen}
          none={list.answer ? 'This tenant has no repositories yet.' : 'Loading…'}
        />
      )}
      <SelectField label="Expires" value={days} options={EXPIRIES} onValue={setDays} />
    </FormDialog>
  );
}

function toReach(
  reach: string,
  chosen: ReadonlySet<number>,
): Pick<KeyRequest, 'reach' | 'groupId' | 'repositoryIds'> {
  if (reach === ALL) return { reach: 'all' };
  if (reach === SOME) return { reach: 'repositories', repositoryIds: [...chosen] };
  return { reach: 'group', groupId: Number(reach) };
}

interface ScopeChoiceProps {
  scope: ApiKey['scope'];
  onScope: (scope: ApiKey['scope']) => void;
}

function ScopeChoice({ scope, onScope }: ScopeChoiceProps) {
  const id = useId();
  return (
    <fieldset class="option-list">
      <legend>What it may do</legend>
      {SCOPES.map((one) => (
        <div key={one.scope} class="option">
          <input
            type="radio"
            id={`${id}-${one.scope}`}
            name={id}
            value={one.scope}
            checked={scope === one.scope}
            onChange={() => onScope(one.scope)}
            aria-describedby={`${id}-${one.scope}-words`}
          />
          <label for={`${id}-${one.scope}`}>{one.label}</label>
          <p class="hint" id={`${id}-${one.scope}-words`}>
            {one.explanation}
          </p>
        </div>
      ))}
    </fieldset>
  );
}

interface ShowKeyProps {
  tenantId: number;
  made: { key: ApiKey; secret: Secret };
  onClose: () => void;
}

function ShowKey({ tenantId, made: { key, secret }, onClose }: ShowKeyProps) {
  const { config } = useApp();
  const submission = useSubmission();
  const [copied, setCopied] = useState<string>();
  const api = new URL(`${config.apiUrl}/`, location.href).href;
  const opened = toOpened(key.scope, { api, tenantId, secret });
  const text = opened?.address ?? secret.key;

  function copy() {
    void submission.run(async () => {
      await copyText(text, 'Select the text and copy it yourself.');
      setCopied(text);
    });
  }

  return (
    <FormDialog
      title={`Key ${key.name}`}
      action={copied === text ? 'Copied' : opened ? 'Copy address' : 'Copy key'}
      leave="Done"
      submission={submission}
      onSubmit={copy}
      onClose={onClose}
    >
      <Notice kind="warning" title="Copy it now">
        <p>
          The key is shown only here and only once. It was made in this browser, and nobody can show it again.
        </p>
      </Notice>
      <ShownText label={opened?.label ?? 'API key'} text={text} />
      {opened ? (
        opened.hint
      ) : (
        <ShownText
          label="Try it"
          text={`curl -H "Authorization: Bearer ${secret.key}" ${api}stats/${tenantId}`}
        />
      )}
      <p class="hint">It works until {formatInstant(key.expiresAt)}.</p>
    </FormDialog>
  );
}

/** The one address that a key in an address opens, and how it is used; undefined for a key that is no such key. */
function toOpened(
  scope: ApiKey['scope'],
  { api, tenantId, secret }: { api: string; tenantId: number; secret: Secret },
): { label: string; address: string; hint: ComponentChildren } | undefined {
  switch (scope) {
    case 'spreadsheet': {
      const address = `${api}stats/${tenantId}/table.csv?key=${secret.key}&range=30`;
      const hint = (
        <>
          <ShownText label="Google Sheets" text={`=IMPORTDATA("${address}")`} />
          <p class="hint">
            In Excel: Data › From Web. Whoever knows the address can read the table until you revoke the key.
          </p>
        </>
      );
      return { label: 'Address for the spreadsheet', address, hint };
    }
    case 'feed': {
      const address = `${api}feeds/${tenantId}?key=${secret.key}`;
      const hint = (
        <p class="hint">
          Paste it into a feed reader, or into a chat that follows feeds. Whoever knows the address can read
          the feed until you revoke the key.
        </p>
      );
      return { label: 'Address of the feed', address, hint };
    }
    default:
      return undefined;
  }
}

interface RevokeKeyProps {
  tenantId: number;
  apiKey: ApiKey;
  onClose: () => void;
  onRevoked: () => void;
}

/** Asks before a key is revoked. */
export function RevokeKey({ tenantId, apiKey, onClose, onRevoked }: RevokeKeyProps) {
  const { api } = useApp();
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Revoke ${apiKey.name}?`}
      action="Revoke"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<ApiKey>('DELETE', `keys/${tenantId}/${apiKey.keyId}`);
          onRevoked();
        })
      }
      onClose={onClose}
    >
      <p>
        Its next call is refused, wherever it is used. You cannot undo this, but you can make another key.
      </p>
      <p>
        {apiKey.lastUsedAt
          ? `It was last used on ${formatInstant(apiKey.lastUsedAt)}.`
          : 'It was never used.'}
      </p>
    </FormDialog>
  );
}
