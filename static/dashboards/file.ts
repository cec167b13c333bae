import { offerFile } from '../controls/download.tsx';
import type { DashboardDocument } from './document.ts';

/** A dashboard's text as it is edited, exported and imported. */
export const toJsonText = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

/** A file's name for what has a title. */
export const fileNameOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'dashboard';

export function exportText(text: string, name: string) {
  offerFile(new Blob([text], { type: 'application/json' }), `${fileNameOf(name)}.dashboard.json`);
}

export const exportDocument = (document: DashboardDocument) =>
  exportText(toJsonText(document), document.name);
