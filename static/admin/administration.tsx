import type { Route } from '../routes.ts';
import { Members } from './members.tsx';
import { Profile } from './profile.tsx';
import { Servers } from './servers.tsx';
import { SystemRoles } from './system-roles.tsx';
import { Tenants } from './tenants.tsx';

/** The pages for tenants, people and servers. */
export function Administration({ route }: { route: Route }) {
  switch (route.page) {
    case 'members':
      return <Members tenantId={route.tenantId} />;
    case 'tenants':
      return <Tenants />;
    case 'servers':
      return <Servers />;
    case 'system-roles':
      return <SystemRoles />;
    default:
      return <Profile />;
  }
}
