import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me } from '../lib/answers/me.ts';
import type { Api } from './api.ts';
import type { Config } from './config.ts';
import type { Session } from './session.ts';

export interface App {
  config: Config;
  session: Session;
  api: Api;
  /** The API of this installation's own accounts; null: people sign in elsewhere. */
  accounts: Api | null;
}

/** What every page uses. Made once, before the first page is shown. */
export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('AppContext is missing.');
  return app;
}

export interface Principal {
  me: Me;
  /** Reads it again after a change of roles, tenants or their names. */
  reloadMe: () => void;
}

export const MeContext = createContext<Principal | null>(null);

/** Who is signed in. Only for pages that need a sign-in. */
export function useMe(): Principal {
  const principal = useContext(MeContext);
  if (!principal) throw new Error('MeContext is missing.');
  return principal;
}
