import { useState } from 'preact/hooks';
import { useMe } from '../app-context.ts';

/** Whose role is being given, changed or taken away; once that is done, what it changed is read again. */
export function useRoleChange<P>(reload: () => void) {
  const { me, reloadMe } = useMe();
  const [editing, setEditing] = useState<P | 'new'>();
  const [removing, setRemoving] = useState<string>();

  function changed(email: string) {
    setEditing(undefined);
    setRemoving(undefined);
    reload();
    if (email === me.email) reloadMe();
  }

  return {
    editing,
    /** Somebody, or `new`; undefined: it is given up. */
    edit: setEditing,
    removing,
    /** Somebody's e-mail address; undefined: it is given up. */
    askToRemove: setRemoving,
    changed,
  };
}
