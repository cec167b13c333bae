import { makeBadge } from 'badge-maker';
import type { Badge } from './definition.ts';

/** Of the side with the label. */
export const LABEL_COLOR = '#3d4450';

/** The badge's picture. Whatever the label is, it is text in it. */
export function badgeSvg({ label, color, style }: Omit<Badge, 'metric' | 'days'>, message: string): string {
  return makeBadge({ label, message, labelColor: LABEL_COLOR, color, style });
}
