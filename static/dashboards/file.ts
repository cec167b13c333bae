import { offerFile } from '../controls/download.tsx';
import type { DashboardDocument } from './document.ts';

/** A dashboard as text: for editing, export and import. */
export const toJsonText = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

/** A file name made from a title. */
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
