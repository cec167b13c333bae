import type { ComponentChildren } from 'preact';
import { Field } from '../controls/field.tsx';

interface Account {
  githubUser: string;
  githubToken: string;
}

interface GithubAccountProps {
  account: Account;
  onChange: (account: Account) => void;
  errorOf: (field: keyof Account) => string | undefined;
  /** Address of the GitHub server's website; null for the simulator, which has no tokens to create. */
  webUrl: string | null;
  tokenLabel?: string;
  tokenOptional?: boolean;
  note?: ComponentChildren;
}

/** The GitHub user and token that read traffic. */
export function GithubAccount(props: GithubAccountProps) {
  const {
    account,
    onChange,
    errorOf,
    webUrl,
    tokenLabel = 'GitHub token',
    tokenOptional = false,
    note,
  } = props;
  return (
    <>
      <Field
        label="GitHub user name"
        required
        autoComplete="off"
        spellcheck={false}
        maxLength={100}
        value={account.githubUser}
        onValue={(githubUser) => onChange({ ...account, githubUser })}
        error={errorOf('githubUser')}
      />
      <Field
        label={tokenLabel}
        type="password"
        required={!tokenOptional}
        autoComplete="off"
        maxLength={400}
        value={account.githubToken}
        onValue={(githubToken) => onChange({ ...account, githubToken })}
        hint={
          <>
            {note}{' '}
            {webUrl === null ? 'The simulator accepts the suggested token.' : <TokenHelp webUrl={webUrl} />}
          </>
        }
        error={errorOf('githubToken')}
      />
    </>
  );
}

interface TokenHelpProps {
  /** Address of the GitHub server's website. */
  webUrl: string;
}

/** The access that a token needs, and where to create one. */
function TokenHelp({ webUrl }: TokenHelpProps) {
  const base = webUrl.replace(/\/$/, '');
  const classic = `${base}/settings/tokens/new?description=Traffic%20analytics&scopes=repo`;
  return (
    <>
      Use a{' '}
      <a href={classic} target="_blank" rel="noreferrer">
        classic token
      </a>{' '}
      with the scope <code>repo</code> (<code>public_repo</code> is enough for public repositories), or a{' '}
      <a href={`${base}/settings/personal-access-tokens/new`} target="_blank" rel="noreferrer">
        fine-grained token
      </a>{' '}
      with the repository permission <em>Administration: read</em>. Stored encrypted and never shown again.
    </>
  );
}
