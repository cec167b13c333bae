/** What the pages need before anything else. The deployment writes it next to them. */
export interface Config {
  /** Address of the package of web actions, without a trailing slash. */
  apiUrl: string;
  issuer: string;
  clientId: string;
  scope: string;
  /** Where to end the provider's session, if its discovery document does not say. */
  signOutUrl?: string;
  /** The API of this installation's own accounts, and whether browsers have passkeys for it. Absent: people sign in elsewhere. */
  accounts?: { url: string; passkeys: boolean };
  /** Suggested for the GitHub simulator. */
  demo?: { githubUser: string; githubToken: string };
}

/** Reads /config.json. Throws an error for the person who deployed the pages. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) throw new Error('The file /config.json is missing. Deploy the pages again to create it.');
  const config = (await answer.json()) as Config;
  return { ...config, apiUrl: config.apiUrl.replace(/\/$/, '') };
}
