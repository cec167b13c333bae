import { useState } from 'preact/hooks';
import type { RepositoryAdded } from '../../actions/openapi/repositories.ts';
import { useApp } from '../app-context.ts';
import { Field } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { parseFullName } from './full-name.ts';

interface AddFormProps {
  tenantId: number;
  onAdded: (added: RepositoryAdded) => void;
  onDiscover: () => void;
}

/** Adds one repository by its name or address. */
export function AddForm({ tenantId, onAdded, onDiscover }: AddFormProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [text, setText] = useState('');
  const [added, setAdded] = useState<string>();
  const [unreadable, setUnreadable] = useState(false);
  const fault = unreadable
    ? 'Give the owner and the name, such as octocat/hello-world, or the repository’s address.'
    : submission.error?.message;

  function add() {
    const wanted = parseFullName(text);
    setUnreadable(!wanted);
    setAdded(undefined);
    submission.clear();
    if (!wanted) return;
    void submission.run(async () => {
      const answer = await api.send<RepositoryAdded>('POST', `repositories/${tenantId}`, wanted);
      setText('');
      setAdded(answer.repository.fullName);
      onAdded(answer);
    });
  }

  return (
    <section class="panel" aria-labelledby="add">
      <header class="panel-head">
        <h2 id="add">Add repositories</h2>
      </header>
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
            onValue={(value) => {
              setText(value);
              setUnreadable(false);
            }}
          />
          <button type="submit" class="button primary" disabled={submission.busy}>
            {submission.busy ? 'Asking GitHub…' : 'Add repository'}
          </button>
          <button type="button" class="button" onClick={onDiscover}>
            Discover…
          </button>
        </div>
        {fault && (
          <Notice kind="error" title={unreadable ? 'That is not a repository’s name' : 'It was not added'}>
            <p>{fault}</p>
          </Notice>
        )}
        {added && (
          <Notice kind="success">
            <p>
              <strong>{added}</strong> was added; its first collection brings the last 14 days.
            </p>
          </Notice>
        )}
      </form>
    </section>
  );
}
