import type { SendReportRequest } from '../../actions/report-now.ts';
import type { ReportPeriod, ReportSent } from '../../lib/answers/reports.ts';
import type { Api } from '../api.ts';

/** Which report goes where. */
export interface Sending {
  tenantId: number;
  period: ReportPeriod;
  groupId: number | null;
  receiver: SendReportRequest['receiver'];
  /** The same one sends nothing twice. */
  key: string;
}

/** Sends a report now. Throws what the API answers if nothing was sent. */
export function sendReport(
  api: Api,
  { tenantId, period, groupId, receiver, key }: Sending,
): Promise<ReportSent> {
  const { key: named, from, to } = period;
  const days = named === null ? { from, to } : { period: named };
  const body: SendReportRequest = { key, receiver, ...days, ...(groupId !== null && { group: groupId }) };
  return api.send<ReportSent>('POST', `report-now/${tenantId}`, body);
}
