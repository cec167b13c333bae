import { useState } from 'preact/hooks';
import { useApp } from './app-context.ts';

/** Signs out here, at the API and at the provider. */
export function SignOut() {
  const { api, session } = useApp();
  const [failed, setFailed] = useState(false);

  async function signOut() {
    await api.endToken();
    await session.signOut();
  }

  return (
    <>
      <button type="button" class="button" onClick={() => signOut().catch(() => setFailed(true))}>
        Sign out
      </button>
      {failed && (
        <span class="field-error" role="alert">
          You are signed out here, but the identity provider could not be reached. Close the browser to end
          its session.
        </span>
      )}
    </>
  );
}
