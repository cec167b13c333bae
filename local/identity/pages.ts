import type { ServerResponse } from 'node:http';
import { escapeMarkup } from '../../lib/markup.ts';
import type { Person } from './store.ts';

/** A page of the provider. */
export function page(title: string, mount: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeMarkup(mount)}/style.css">
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

export interface LoginPage {
  mount: string;
  /** The address of the forms. */
  action: string;
  people: Person[];
  /** What was typed before, to correct. */
  typed?: { email: string; name: string };
}

const personButton = ({ email, name }: Person) =>
  `<li><button name="email" value="${escapeMarkup(email)}"><strong>${escapeMarkup(name)}</strong> <span>${escapeMarkup(email)}</span></button></li>`;

/** Lets you sign in as a known person, or as anybody by address and name. */
export function loginPage({ mount, action, people, typed }: LoginPage): string {
  const wrong = typed ? ' aria-invalid="true" aria-describedby="wrong" autofocus' : '';
  const hint = typed ? '<p id="wrong" role="alert">Type an e-mail address such as name@example.com.</p>' : '';
  return page(
    'Sign in',
    mount,
    `<p class="note">This identity provider is for local use only: it asks for no password. Choose who you want to be.</p>
<form method="post" action="${escapeMarkup(action)}" aria-label="People known here">
<ul>${people.map(personButton).join('')}</ul>
</form>
<form method="post" action="${escapeMarkup(action)}" aria-label="Somebody else">
<h2>Somebody else</h2>
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" required maxlength="254" autocomplete="email" value="${escapeMarkup(typed?.email ?? '')}"${wrong}>
${hint}
<label for="name">Name</label>
<input id="name" name="name" maxlength="100" autocomplete="name" value="${escapeMarkup(typed?.name ?? '')}">
<button class="primary">Sign in</button>
</form>
<form method="post" action="${escapeMarkup(action)}/cancel"><button class="link">Cancel</button></form>`,
  );
}

/** Submits oidc-provider's `form` by itself, or by a button if scripts do not run. */
export function logoutPage(mount: string, form: string): string {
  return page(
    'Sign out',
    mount,
    `${form}
<button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<script src="${escapeMarkup(mount)}/logout.js"></script>`,
  );
}

export const logoutScript = `document.querySelector('button[name=logout]').click();\n`;

export function signedOutPage(mount: string): string {
  return page('Signed out', mount, '<p>You are signed out. You can close this page.</p>');
}

export function errorPage(mount: string, description: string): string {
  return page(
    'Sign-in did not work',
    mount,
    `<p>${escapeMarkup(description)}</p><p><a href="/">Back to the start</a></p>`,
  );
}

/** The headers of the provider's pages, which may lead back to `origins`. */
export function pageHeadersFor(origins: string[]): Record<string, string> {
  const policy = [
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    // A form's answer redirects to the pages, and browsers apply this to redirects, too.
    `form-action 'self' ${origins.join(' ')}`,
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

/** Answers with a script or style sheet. */
export function answerFile(response: ServerResponse, type: string, body: string): void {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff' };
  response.writeHead(200, headers).end(body);
}

/** The colors and shapes of the pages: static/style/tokens.css. */
export const styleSheet = `:root { color-scheme: light dark; --line: #e3e7ec; --edge: #868f9b; --page: #f6f7f9; --card: #fff; --text: #14171c; --dim: #4f5865; --accent: #2457d6; --on-accent: #fff; --wrong: #b4232c; }
@media (prefers-color-scheme: dark) { :root { --line: #2a3039; --edge: #6f7986; --page: #0f1216; --card: #171b21; --text: #edf0f4; --dim: #acb5c1; --accent: #86acff; --on-accent: #0b1530; --wrong: #ff9297; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 0 1rem; background: var(--page); color: var(--text); font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; }
main { max-width: 26rem; margin: 8vh auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; font-weight: 650; letter-spacing: -.015em; }
h2 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
p { margin: .5rem 0; }
.note { color: var(--dim); font-size: .875rem; }
ul { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .5rem; }
button, input { width: 100%; min-height: 44px; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; font: inherit; }
input { border-color: var(--edge); }
button { cursor: pointer; text-align: start; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
li button { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; }
li span { color: var(--dim); }
label { display: block; margin: .75rem 0 .25rem; }
.primary { margin-top: 1rem; background: var(--accent); border-color: var(--accent); color: var(--on-accent); text-align: center; font-weight: 600; }
.secondary { margin-top: 1rem; text-align: center; font-weight: 600; }
[hidden] { display: none; }
code { font-size: .9em; }
.link { border: 0; background: none; color: var(--dim); text-align: center; text-decoration: underline; }
[role=alert] { color: var(--wrong); font-size: .875rem; }
a { color: var(--accent); }
`;
