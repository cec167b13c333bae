import { browserSupportsWebAuthn, startRegistration } from '@simplewebauthn/browser';
import { keepInitSecret } from '../secret.ts';
import { post } from './post.ts';

const PURPOSES = {
  init: {
    title: 'Create the administrator’s account',
    why: 'You will set up this installation, and can invite others. Choose how you sign in from now on.',
  },
  invitation: {
    title: 'Create your account',
    why: 'You were invited. Choose how you sign in from now on.',
  },
  reset: {
    title: 'Choose a new way to sign in',
    why: 'It replaces the password and all passkeys of this account, and ends its sessions.',
  },
};
type Kind = keyof typeof PURPOSES;

const STORED = 'traffic.link';

/** The kind and secret of the link: from the address's fragment, which it leaves, or from before a reload. */
function readLink(): { kind: Kind; secret: string } | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const kind = (Object.keys(PURPOSES) as Kind[]).find((name) => fragment.has(name));
  if (kind) sessionStorage.setItem(STORED, JSON.stringify({ kind, secret: fragment.get(kind) }));
  // The pages set up the installation with the same secret.
  if (kind === 'init') keepInitSecret();
  if (kind) history.replaceState(null, '', location.pathname);
  const stored = sessionStorage.getItem(STORED);
  return stored ? JSON.parse(stored) : null;
}

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;

/** Shows what the link is for, and makes or resets the account. */
export async function openJoinForm(form: HTMLFormElement): Promise<void> {
  const mount = form.dataset.mount ?? '';
  const link = readLink();
  const status = find('status');
  const email = find<HTMLInputElement>('email');
  const name = find<HTMLInputElement>('name');
  const password = find<HTMLInputElement>('password');
  const passkey = document.getElementById('passkey') as HTMLButtonElement | null;

  function refuse(message: string): void {
    const problem = find('problem');
    problem.textContent = message;
    problem.hidden = false;
  }
  async function use(credential: { password: string } | { passkey: unknown }): Promise<void> {
    const body = { ...link, email: email.value, name: name.value, ...credential };
    const answer = await post<{ continue: string }>(`${mount}/links/use`, body);
    sessionStorage.removeItem(STORED);
    location.assign(answer.continue);
  }
  async function usePasskey(): Promise<void> {
    const body = { ...link, email: email.value, name: name.value };
    const optionsJSON = await post<Parameters<typeof startRegistration>[0]['optionsJSON']>(
      `${mount}/links/passkey-options`,
      body,
    );
    await use({ passkey: await startRegistration({ optionsJSON }) });
  }
  /** One at a time, with its failure at the top of the page. */
  async function run(work: () => Promise<void>): Promise<void> {
    const buttons = [...form.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    find('problem').hidden = true;
    await work().catch((error: Error) =>
      refuse(
        error.name === 'Error'
          ? error.message
          : 'No passkey was made. Try again, use another device, or choose a password.',
      ),
    );
    for (const button of buttons) button.disabled = false;
  }

  if (!link) {
    status.hidden = true;
    return refuse('This page needs the whole link that you were given. Copy all of it.');
  }
  try {
    const { email: given } = await post<{ email: string | null }>(`${mount}/links/describe`, link);
    if (given) {
      email.value = given;
      email.readOnly = true;
    }
  } catch (error) {
    status.hidden = true;
    const isMade = link.kind === 'init' && (error as { code?: string }).code === 'link_used';
    // Whoever opens the link of the first start again wants to go on with it.
    if (isMade) return location.assign('/initialize');
    return refuse((error as Error).message);
  }
  const { title, why } = PURPOSES[link.kind];
  document.title = title;
  const heading = document.querySelector('h1');
  if (heading) heading.textContent = title;
  find('why').textContent = why;
  find('name-field').hidden = link.kind === 'reset';
  status.hidden = true;
  form.hidden = false;
  (email.readOnly ? name : email).focus();
  if (passkey) passkey.hidden = !browserSupportsWebAuthn();
  passkey?.addEventListener('click', () => {
    if (email.reportValidity()) void run(usePasskey);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(() => use({ password: password.value }));
  });
}
