/** What the pages must know before anything else; the deployment writes it next to them. */
export interface Config {
  /** Address of the package of web actions, without a slash at the end. */
  apiUrl: string;
  issuer: string;
  clientId: string;
  scope: string;
  /** Where the provider ends its session, if its discovery document does not name that. */
  signOutUrl?: string;
  /** Offered to whoever tries the product with the GitHub simulator. */
  demo?: { githubUser: string; githubToken: string };
}

/** Reads /config.json. Throws a sentence for the person who deployed the pages. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) throw new Error('The file /config.json is missing. Deploy the pages again to create it.');
  const config = (await answer.json()) as Config;
  return { ...config, apiUrl: config.apiUrl.replace(/\/$/, '') };
}
