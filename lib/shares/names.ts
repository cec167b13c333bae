import type { TenantAccess } from '../access.ts';
import type { Db } from '../db/database.ts';
import { readNames } from '../stats/scope.ts';

/** How repositories are called in a share. */
export interface Names {
  /** The full name, or "Repository 3". */
  nameOf(repositoryId: number, fullName: string): string;
  /** The text, or what stands for it if it holds a name that is hidden. */
  redact(text: string, instead: string): string;
}

const SHOWN: Names = { nameOf: (_, fullName) => fullName, redact: (text) => text };

/**
 * Opens the names of the repositories in scope. Hidden ones are numbered in the order in which they were added, and no text may
 * hold them, their owners, or what they were called before.
 */
export async function openNames(db: Db, access: TenantAccess, naming: 'shown' | 'hidden'): Promise<Names> {
  if (naming === 'shown') return SHOWN;
  const names = await readNames(db, access);
  const ids = [...names.keys()].filter((id) => id !== null).sort((one, other) => one - other);
  // Texts may also name other repositories of the tenant, whose names must not appear either.
  const all = await readNames(db, { tenantId: access.tenantId, repositoryIds: null });
  const former = await db
    .selectFrom('repositoryEvent')
    .select(['nameBefore', 'nameAfter'])
    .where('tenantId', '=', access.tenantId)
    .where('kind', 'in', ['renamed', 'transferred'])
    .execute();
  const texts = [
    ...[...all.values()].flatMap(({ owner, name }) => [owner, name]),
    ...former.flatMap(({ nameBefore, nameAfter }) => `${nameBefore ?? ''}/${nameAfter ?? ''}`.split('/')),
  ];
  const hidden = [...new Set(texts.filter(Boolean).map(toComparable))];
  return {
    nameOf: (repositoryId) => `Repository ${ids.indexOf(repositoryId) + 1}`,
    redact: (text, instead) => {
      const comparable = toComparable(text);
      return hidden.some((name) => comparable.includes(name)) ? instead : text;
    },
  };
}

/** Ignores what people leave out when they write a name. */
const toComparable = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.-]+/g, '');
