import { useState } from 'preact/hooks';
import type { RepositoryAdded } from '../../lib/answers/repositories.ts';
import { mayInTenant } from '../access.ts';
import { ApiError } from '../api.ts';
import { useApp, useMe } from '../app-context.ts';
import { Field } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { Panel } from '../controls/panel.tsx';
import { useSubmission } from '../controls/submit.ts';
import { paths } from '../routes.ts';

interface AddFormProps {
  tenantId: number;
  onAdded: (added: RepositoryAdded) => void;
  onDiscover: () => void;
}

const UNREADABLE = new Error(
  'Enter owner/name, such as octocat/hello-world, or the repository’s address on GitHub.',
);

/** The form's state, and the outcome. */
function useAddition({ tenantId, onAdded }: AddFormProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [text, setText] = useState('');
  const [added, setAdded] = useState<RepositoryAdded['repository']>();

  function add() {
    setAdded(undefined);
    void submission.run(async () => {
      const wanted = parseFullName(text);
      if (!wanted) throw UNREADABLE;
      const answer = await api.send<RepositoryAdded>('POST', `repositories/${tenantId}`, wanted);
      setText('');
      setAdded(answer.repository);
      onAdded(answer);
    });
  }
  /** Typing clears the last outcome. */
  function type(typed: string) {
    setText(typed);
    setAdded(undefined);
    submission.clear();
  }
  return { text, type, add, added, submission };
}

/** Adds one repository by its name or address. */
export function AddForm(props: AddFormProps) {
  const { me } = useMe();
  const { text, type, add, added, submission } = useAddition(props);
  const mayImport = mayInTenant(me, props.tenantId, 'changeImports');
  return (
    <Panel title="Add repositories">
      <form
        class="panel-body stack"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div class="row">
          <Field
            label="Repository"
            placeholder="owner/name or its address on GitHub"
            required
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            value={text}
            onValue={type}
          />
          <button type="submit" class="button primary" disabled={submission.busy}>
            {submission.busy ? 'Asking GitHub…' : 'Add repository'}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              submission.clear();
              props.onDiscover();
            }}
          >
            Discover…
          </button>
        </div>
        {submission.error && (
          <Notice kind="error" title={isStillRunning(submission.error) ? 'Still running' : 'Not added'}>
            <p>{submission.error.message}</p>
          </Notice>
        )}
        {added && (
          <Notice kind="success">
            <p>
              <strong>{added.fullName}</strong> was added. Its last 14 days arrive now.{' '}
              <a href={paths.repository(props.tenantId, added.repositoryId)}>See its charts</a>
              {mayImport && (
                <>
                  {' · '}
                  <a href={paths.imports(props.tenantId)}>Import older history</a>
                </>
              )}
            </p>
          </Notice>
        )}
      </form>
    </Panel>
  );
}

const isStillRunning = (error: Error) => error instanceof ApiError && error.code === 'still_running';

const ADDRESS =
  /^(?:(?:https?|ssh|git):\/\/(?:[^/@]+@)?[^/]+\/|[^/@\s]+@[^/:]+[:/]|(?:www\.)?github\.com\/)/i;

/**
 * Extracts owner and name from `owner/name`, or from an address on GitHub, ignoring what follows the name; null if there
 * are none.
 */
function parseFullName(text: string): { owner: string; name: string } | null {
  const trimmed = text.trim();
  const plain = trimmed.replace(ADDRESS, '');
  const [owner, name, ...rest] = plain
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
    .split('/');
  if (!owner || !name || (rest.length > 0 && plain === trimmed)) return null;
  return { owner, name: name.replace(/\.git$/, '') };
}
