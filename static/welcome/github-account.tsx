import type { ComponentChildren } from 'preact';
import { Field } from '../controls/field.tsx';
import { TokenHelp } from './token-help.tsx';

interface Account {
  githubUser: string;
  githubToken: string;
}

interface GithubAccountProps {
  account: Account;
  onChange: (account: Account) => void;
  faultOf: (field: keyof Account) => string | undefined;
  /** Address of the GitHub server's pages; null for the simulator, which makes no tokens. */
  webUrl: string | null;
  tokenLabel?: string;
  tokenOptional?: boolean;
  note?: ComponentChildren;
}

/** The GitHub user and token with which traffic is read. */
export function GithubAccount(props: GithubAccountProps) {
  const {
    account,
    onChange,
    faultOf,
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
        fault={faultOf('githubUser')}
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
        fault={faultOf('githubToken')}
      />
    </>
  );
}
