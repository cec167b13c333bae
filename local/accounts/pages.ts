import { escapeMarkup } from '../../lib/markup.ts';
import { page } from '../identity/pages.ts';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './passwords.ts';

const problemOf = (problem: string | undefined) =>
  problem ? `<p id="problem" role="alert">${escapeMarkup(problem)}</p>` : '';

export interface SignInPage {
  mount: string;
  /** The address of the forms. */
  action: string;
  /** What was typed before. */
  email?: string;
  problem?: string;
  passkeys: boolean;
  /** False: nobody can sign in yet. */
  hasAccounts: boolean;
}

/** Lets people sign in with their address and password, or with a passkey. */
export function signInPage({
  mount,
  action,
  email = '',
  problem,
  passkeys,
  hasAccounts,
}: SignInPage): string {
  if (!hasAccounts)
    return page(
      'Nobody has an account yet',
      mount,
      `<p>Open the link that <code>npm start</code> printed. With it, you choose the administrator’s address and how to sign in.</p>
<form method="post" action="${escapeMarkup(action)}/cancel"><button class="link">Back</button></form>`,
    );
  const wrong = problem ? ' aria-describedby="problem" aria-invalid="true"' : '';
  const focus = { email: email ? '' : ' autofocus', password: email ? ' autofocus' : '' };
  return page(
    'Sign in',
    mount,
    `${problemOf(problem)}
<form method="post" action="${escapeMarkup(action)}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" required maxlength="254" autocomplete="username webauthn" value="${escapeMarkup(email)}"${wrong}${focus.email}>
<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="${MAX_PASSWORD_LENGTH}" autocomplete="current-password"${wrong}${focus.password}>
<button class="primary">Sign in</button>
</form>
${
  passkeys
    ? `<form method="post" action="${escapeMarkup(action)}/passkey" id="with-passkey" data-options="${escapeMarkup(mount)}/passkey-options" hidden>
<input type="hidden" name="passkey"><button class="secondary">Sign in with a passkey</button>
<p id="passkey-problem" role="alert" hidden></p>
</form>
<script type="module" src="${escapeMarkup(mount)}/sign-in.js"></script>`
    : ''
}
<p class="note">No account, or no way in? Ask a manager for an invitation, or an administrator for a reset link.</p>
<form method="post" action="${escapeMarkup(action)}/cancel"><button class="link">Cancel</button></form>`,
  );
}

/** Where a link leads that lets somebody in: the script reads its secret from the address's fragment. */
export function joinPage({ mount, passkeys }: { mount: string; passkeys: boolean }): string {
  return page(
    'Your account',
    mount,
    `<noscript><p role="alert">This page needs JavaScript: it reads your link’s secret, which is not sent to any server log.</p></noscript>
<p id="status" role="status">Checking your link…</p>
<p id="problem" role="alert" hidden></p>
<form id="join" data-mount="${escapeMarkup(mount)}" hidden>
<p id="why" class="note"></p>
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" required maxlength="254" autocomplete="username">
<div id="name-field">
<label for="name">Name</label>
<input id="name" name="name" maxlength="100" autocomplete="name">
</div>
${
  passkeys
    ? `<button type="button" id="passkey" class="primary">Continue with a passkey</button>
<p class="note">Your device asks for your fingerprint, face or PIN. There is nothing to remember, and nothing to steal.</p>
<h2>Or with a password</h2>`
    : ''
}
<label for="password">Password</label>
<input id="password" name="password" type="password" required minlength="${MIN_PASSWORD_LENGTH}" maxlength="${MAX_PASSWORD_LENGTH}" autocomplete="new-password" aria-describedby="password-hint">
<p class="note" id="password-hint">${MIN_PASSWORD_LENGTH} characters or more, such as four words that do not belong together.</p>
<button id="with-password" class="${passkeys ? 'secondary' : 'primary'}">Continue with this password</button>
</form>
<script type="module" src="${escapeMarkup(mount)}/sign-in.js"></script>`,
  );
}

export interface GitHubPage {
  mount: string;
  /** The address of the forms; null: there is no sign-in to go on with. */
  action: string | null;
  /** GitHub's. */
  host: string;
  problem: string | undefined;
}

/** Leads to GitHub. */
export function gitHubPage({ mount, action, host, problem }: GitHubPage): string {
  if (action === null)
    return page(
      'Sign-in did not work',
      mount,
      `${problemOf(problem)}<p><a href="/">Back to the start</a></p>`,
    );
  return page(
    'Sign in',
    mount,
    `${problemOf(problem)}
<p class="note">You sign in at ${escapeMarkup(host)}. This installation reads your name and your verified e-mail address there, and keeps no access.</p>
<form method="post" action="${escapeMarkup(action)}"><button class="primary" autofocus>Sign in with GitHub</button></form>
<form method="post" action="${escapeMarkup(action)}/cancel"><button class="link">Cancel</button></form>`,
  );
}
