import type { GallerySettings } from '../../../lib/dashboards/gallery-schema.ts';

/** The name of the group that a widget has for itself. */
export function groupNameOf(
  settings: GallerySettings,
  groups: readonly { groupId: number; name: string }[] | undefined,
): string | undefined {
  if (settings.kind === 'text' || typeof settings.repositories === 'string') return undefined;
  const { repositories } = settings;
  if (!('group' in repositories)) return undefined;
  return groups?.find(({ groupId }) => groupId === repositories.group)?.name;
}
