import { useState } from 'preact/hooks';
import type { InitRequest } from '../../actions/init.ts';
import type { InitState } from '../../lib/answers/init.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { replace } from '../location.ts';
import { forgetInitSecret, initSecret } from '../secret.ts';
import { SecretField } from './secret-field.tsx';

/** True if the actions are newer than the database. */
export const needsUpgrade = ({ initialized, schema: { stored, expected } }: InitState) =>
  initialized && stored !== null && stored < expected;

/** Repeating the initialization upgrades an older schema and is otherwise refused. Only the secret matters. */
const toRequest = (secret: string): InitRequest => ({
  secret,
  displayName: '-',
  server: { kind: 'github' },
  githubUser: '-',
  githubToken: '-',
});

interface UpgradeProps extends Pick<InitState, 'schema'> {
  onDone: () => void;
}

/** Upgrades the database to the schema that the actions need. */
export function Upgrade({ schema, onDone }: UpgradeProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [secret, setSecret] = useState(initSecret);

  async function upgrade() {
    const refusal = await api.send('POST', 'init', toRequest(secret)).catch((error: unknown) => error);
    if (!(refusal instanceof ApiError) || refusal.code !== 'already_initialized') throw refusal;
    forgetInitSecret();
    replace('/');
    onDone();
  }

  return (
    <>
      <PageHead
        title="Upgrade the database"
        below={
          <p class="lead">
            Its schema is version {schema.stored}; these actions need {schema.expected}. No data is lost.
          </p>
        }
      />
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submission.run(upgrade);
        }}
      >
        <SecretField secret={secret} onChange={setSecret} />
        {submission.error && <Failure error={submission.error} />}
        <p>
          <button type="submit" class="button primary large" disabled={submission.busy}>
            {submission.busy ? 'Upgrading…' : 'Upgrade'}
          </button>
        </p>
      </form>
    </>
  );
}
