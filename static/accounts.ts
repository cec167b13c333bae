/** What the API of this installation's own accounts answers. `local/accounts` takes its types from here. */

/** A passkey, as its owner sees it. */
export interface PasskeyEntry {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** A session in a browser. */
export interface SessionEntry {
  id: string;
  device: string;
  createdAt: string;
  lastUsedAt: string;
}

/** An account, as its owner sees it. */
export interface AccountAnswer {
  email: string;
  name: string;
  hasPassword: boolean;
  passkeys: PasskeyEntry[];
  sessions: (SessionEntry & { current: boolean })[];
}

/** A link that lets somebody in. It is told once. */
export interface LinkAnswer {
  email: string;
  link: string;
  expiresAt: string;
  /** Whether it was sent to the address, too; null: this installation sends no mail. */
  mailed: boolean | null;
}

/** Invitations that may still be used. */
export interface InvitationsAnswer {
  invitations: { email: string; expiresAt: string }[];
}
