import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Files } from './store.ts';

interface Artifact {
  payload: AdapterPayload;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** What oidc-provider keeps: sessions, grants, codes and refresh tokens, by the name of their model. */
export type Artifacts = (model: string) => Adapter;

const YEAR_SECONDS = 365 * 86_400;

/** Kept in a file so that pages opened before a restart stay signed in. */
export function openArtifacts(files: Files): Artifacts {
  const all = new Map(Object.entries(files.read<Record<string, Artifact>>('artifacts.json') ?? {}));
  let writing = false;
  const save = () => {
    if (writing) return;
    writing = true;
    setImmediate(() => {
      writing = false;
      for (const [key, { expiresAt }] of all) if (expiresAt <= Date.now()) all.delete(key);
      files.write('artifacts.json', Object.fromEntries(all));
    });
  };
  const payloadOf = (artifact: Artifact | undefined) =>
    artifact && artifact.expiresAt > Date.now() ? artifact.payload : undefined;
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const findWhere = (name: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, { payload }]) => key.startsWith(`${model}:`) && payload[name] === value)?.[1];
    return {
      async upsert(id, payload, expiresIn) {
        all.set(keyOf(id), { payload, expiresAt: Date.now() + (expiresIn ?? YEAR_SECONDS) * 1000 });
        save();
      },
      find: async (id) => payloadOf(all.get(keyOf(id))),
      findByUid: async (uid) => payloadOf(findWhere('uid', uid)),
      findByUserCode: async (userCode) => payloadOf(findWhere('userCode', userCode)),
      async consume(id) {
        const artifact = all.get(keyOf(id));
        if (artifact) artifact.payload.consumed = Math.floor(Date.now() / 1000);
        save();
      },
      async destroy(id) {
        all.delete(keyOf(id));
        save();
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of all) if (payload.grantId === grantId) all.delete(key);
        save();
      },
    };
  };
}
