interface TokenHelpProps {
  /** Address of the GitHub server's pages. */
  webUrl: string;
}

/** Which access GitHub asks for, and where a token is made. */
export function TokenHelp({ webUrl }: TokenHelpProps) {
  const base = webUrl.replace(/\/$/, '');
  const classic = `${base}/settings/tokens/new?description=Traffic%20analytics&scopes=repo,read:org`;
  return (
    <>
      Either a{' '}
      <a href={classic} target="_blank" rel="noreferrer">
        classic token
      </a>{' '}
      with the scopes <code>repo</code> (for public repositories alone <code>public_repo</code>) and{' '}
      <code>read:org</code>, or a{' '}
      <a href={`${base}/settings/personal-access-tokens/new`} target="_blank" rel="noreferrer">
        fine-grained token
      </a>{' '}
      with the repository permission <em>Administration: read</em>. It is stored encrypted and never shown
      again.
    </>
  );
}
