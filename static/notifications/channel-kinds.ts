import type { Channel } from '../../lib/answers/channels.ts';

/** The kinds of channels in words. */
export const KINDS: Record<Channel['kind'], string> = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
  webhook: 'JSON webhook',
  email: 'E-mail',
};
