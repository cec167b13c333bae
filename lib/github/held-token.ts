/** How the token of a GitHub App's installation is replaced. */
export interface TokenRenewal {
  /** False for a token that was used before: GitHub knows it, so a refusal means that it was revoked. */
  isFresh: boolean;
  /** Makes another token. Throws a `Failure`. */
  mint(): Promise<string>;
}

/** A token, and whether it may be so new that GitHub does not accept it yet. */
export interface HeldToken {
  token: string;
  isFresh: boolean;
}

/** The token of a connection, which all of its requests share. */
export interface TokenHolder {
  current(): HeldToken;
  /**
   * Replaces the refused token, once for all requests that met the refusal. Returns false if it cannot be replaced, or not
   * again. Throws what creating one throws.
   */
  replace(refused: HeldToken): Promise<boolean>;
}

/** The most new tokens a connection tries. */
const MAX_FRESH = 2;

/** Holds a token that is replaced by `renewal`, if there is one. */
export function holdToken(token: string, renewal?: TokenRenewal): TokenHolder {
  let held: HeldToken = { token, isFresh: renewal?.isFresh ?? false };
  let freshCount = held.isFresh ? 1 : 0;
  let minting: Promise<void> | undefined;

  async function mint(renew: TokenRenewal['mint']): Promise<void> {
    held = { token: await renew(), isFresh: true };
    freshCount += 1;
    minting = undefined;
  }

  return {
    current: () => held,
    async replace(refused) {
      if (held !== refused) return true;
      if (!renewal || freshCount >= MAX_FRESH) return false;
      // A failure is kept: the next request would fail too.
      minting ??= mint(renewal.mint);
      await minting;
      return true;
    },
  };
}
