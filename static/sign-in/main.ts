import { openJoinForm } from './join-form.ts';
import { openPasskeyForm } from './passkey-form.ts';

/** The script of the sign-in pages of `npm start`, which its server makes. */
const passkeyForm = document.getElementById('with-passkey');
const joinForm = document.getElementById('join');
if (passkeyForm instanceof HTMLFormElement) openPasskeyForm(passkeyForm);
if (joinForm instanceof HTMLFormElement) void openJoinForm(joinForm);
