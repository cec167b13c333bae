import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
} from '@simplewebauthn/browser';
import { post } from './post.ts';

/** What the browser says when somebody cancels, or nothing was chosen in time. */
const isCanceled = (error: unknown) =>
  error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name);

const ADVICE = 'The passkey did not work here. Try again, use another device, or sign in with your password.';

/** Shows *Sign in with a passkey*, and offers passkeys in the list of the address field, where the browser can. */
export function openPasskeyForm(form: HTMLFormElement): void {
  if (!browserSupportsWebAuthn()) return;
  form.hidden = false;
  const problem = form.querySelector<HTMLElement>('[role=alert]');
  const field = form.querySelector<HTMLInputElement>('input[name=passkey]');
  const button = form.querySelector('button');

  async function signIn(useBrowserAutofill: boolean): Promise<void> {
    const optionsJSON = await post<Parameters<typeof startAuthentication>[0]['optionsJSON']>(
      form.dataset.options ?? '',
      {},
    );
    const response = await startAuthentication({ optionsJSON, useBrowserAutofill });
    if (field) field.value = JSON.stringify(response);
    form.submit();
  }
  function show(message: string): void {
    if (!problem) return;
    problem.textContent = message;
    problem.hidden = false;
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button) button.disabled = true;
    signIn(false)
      .catch((error: Error) => show(isCanceled(error) || error.name !== 'Error' ? ADVICE : error.message))
      .finally(() => {
        if (button) button.disabled = false;
      });
  });
  // Waits in the background until somebody chooses one.
  void browserSupportsWebAuthnAutofill()
    .then((isSupported) => (isSupported ? signIn(true) : undefined))
    .catch(() => undefined);
}
