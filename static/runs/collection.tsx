import { RunPage } from './run.tsx';
import { Runs } from './runs.tsx';
import { SystemLog } from './system-log.tsx';

type CollectionProps = { tenantId: number; runId?: number } | { tenantId: null };

/** The pages about collection runs: of a tenant, one run, or of all tenants. */
export function Collection(props: CollectionProps) {
  if (props.tenantId === null) return <SystemLog />;
  if (props.runId === undefined) return <Runs tenantId={props.tenantId} />;
  return <RunPage tenantId={props.tenantId} runId={props.runId} />;
}
