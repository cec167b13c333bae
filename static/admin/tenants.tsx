import { useState } from 'preact/hooks';
import type { Tenant } from '../../lib/answers/tenants.ts';
import { mayInSystem } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { go } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { DeleteTenant } from './delete-tenant.tsx';
import { NewTenantDialog } from './new-tenant-dialog.tsx';
import { TenantDialog } from './tenant-dialog.tsx';
import { TenantTable } from './tenant-table.tsx';

const EXPLANATION =
  'A tenant holds repositories, the token that reads them, and the people who may see them.';

/** What is being done to which tenant. */
type Task = { kind: 'create' } | { kind: 'edit' | 'delete'; tenant: Tenant };

/** The tenants that the person may see or administer. */
export function Tenants() {
  const { me, reloadMe } = useMe();
  const list = useAnswer(reads.tenants());
  const [task, setTask] = useState<Task>();
  const mayManage = mayInSystem(me, 'manageTenants');
  const close = () => setTask(undefined);
  const hasApp = ({ server }: Tenant) =>
    Boolean(list.answer?.servers.find(({ serverId }) => serverId === server.serverId)?.app);

  function changed() {
    close();
    list.reload();
    reloadMe();
  }

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Tenants"
        below={<p class="lead">{EXPLANATION}</p>}
        actions={
          mayManage && (
            <button
              type="button"
              class="button primary"
              disabled={!list.answer}
              onClick={() => setTask({ kind: 'create' })}
            >
              Create tenant
            </button>
          )
        }
      />
      <Answered loaded={list}>
        {({ tenants }) => (
          <TenantTable
            tenants={tenants}
            onEdit={(tenant) => setTask({ kind: 'edit', tenant })}
            onDelete={(tenant) => setTask({ kind: 'delete', tenant })}
          />
        )}
      </Answered>
      {task?.kind === 'create' && list.answer && (
        <NewTenantDialog
          servers={list.answer.servers}
          onClose={close}
          onCreated={(tenant) => {
            changed();
            go(paths.repositories(tenant.tenantId));
          }}
        />
      )}
      {task?.kind === 'edit' && (
        <TenantDialog
          tenant={task.tenant}
          mayUseApp={mayManage && hasApp(task.tenant)}
          onClose={close}
          onSaved={changed}
        />
      )}
      {task?.kind === 'delete' && <DeleteTenant tenant={task.tenant} onClose={close} onDeleted={changed} />}
    </div>
  );
}
