import type { Visibility } from '../../github/answers.ts';
import type { AnswerKind } from '../../github/memory.ts';
import { bigint, choice, day, generated, instant, integer, optional, text } from '../columns.ts';

const SERVER_KINDS = ['github', 'enterprise', 'demo'] as const;

/** `github`: github.com; `enterprise`: any other GitHub server; `demo`: the simulator. */
export type ServerKind = (typeof SERVER_KINDS)[number];

/** GitHub’s servers and apps, what they answered, and how their tokens are used. */
export const githubTables = {
  githubServer: {
    serverId: generated(integer),
    name: text(100),
    kind: choice(SERVER_KINDS, 12),
    apiUrl: text(300),
    webUrl: text(300),
    createdAt: instant,
  },
  publication: {
    serverId: integer,
    visibility: text<Visibility>(10),
    publishedThrough: day,
    stalledAt: optional(instant),
  },
  silentDay: {
    serverId: integer,
    trafficDate: day,
    endedAt: optional(instant),
  },
  githubAnswer: {
    tenantId: integer,
    repositoryId: integer,
    kind: text<AnswerKind>(40),
    tokenFingerprint: text(64),
    format: integer,
    etag: text(200),
    answer: text(6000),
    readAt: instant,
  },
  tokenUse: {
    tokenFingerprint: text(64),
    state: text(8000),
    usedAt: instant,
  },
  githubApp: {
    serverId: integer,
    appId: text(40),
    slug: text(200),
    name: text(200),
    htmlUrl: text(400),
    keySealed: text(8000),
    checkedAt: instant,
  },
  tenantInstallation: {
    tenantId: integer,
    installationId: bigint,
    tokenSealed: optional(text(4000)),
    tokenExpiresAt: optional(instant),
  },
};
