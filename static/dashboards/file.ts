import { offerFile } from '../controls/offer-file.ts';
import type { DashboardDocument } from './document.ts';

/** A dashboard's text as it is edited, exported and imported. */
export const toText = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

/** A file's name for what has a title. */
export const fileNameOf = (title: string) =>
  title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'dashboard';

export function exportDocument(document: DashboardDocument) {
  const file = new Blob([toText(document)], { type: 'application/json' });
  offerFile(file, `${fileNameOf(document.name)}.dashboard.json`);
}
