import { choice, day, generated, instant, integer, optional, smallint, text } from '../columns.ts';

const RECEIVER_KINDS = ['channel', 'subscription'] as const;

/** Who gets reports and alerts: a tenant's channel, or a member's subscription. */
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

const ABOUTS = ['weekly', 'monthly', 'alerts'] as const;

/** What a delivery is about: a weekly or a monthly report, or an alert. */
export type About = (typeof ABOUTS)[number];

/** The subscriptions of members, and what was sent to channels and subscriptions. */
export const deliveryTables = {
  subscription: {
    tenantId: integer,
    subscriptionId: generated(integer),
    /** The account of the member. */
    issuer: text(300),
    subject: text(255),
    /** Null for the address that the member signs in with. */
    email: optional(text(320)),
    /** 1 for each that it gets. */
    weekly: smallint,
    monthly: smallint,
    alerts: smallint,
    /** Only about this group, which may be gone; null for all that the member sees. */
    groupId: optional(integer),
    /** 'HH:MM' in `quietZone`; all three are null without quiet hours. */
    quietFrom: optional(text(5)),
    quietTo: optional(text(5)),
    quietZone: optional(text(60)),
    /** Nothing is sent before this day. */
    pausedUntil: optional(day),
    /** When the link in a mail ended it. */
    stoppedAt: optional(instant),
    createdAt: instant,
    sentAt: optional(instant),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    failureAt: optional(instant),
  },
  delivery: {
    tenantId: integer,
    /** `person`: the one who sent it, whose id is 0. */
    receiverKind: choice([...RECEIVER_KINDS, 'person'], 12),
    receiverId: integer,
    /** `demand`: a report that somebody sent now. */
    about: choice([...ABOUTS, 'demand'], 10),
    /** Which one: the first day of a report, the id and phase of an alert, or who sent it now and the client's key. */
    deliveryKey: text(60),
    attempts: integer,
    /** Null once it was sent, and if it is not tried again. */
    dueAt: optional(instant),
    sentAt: optional(instant),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    triedAt: instant,
  },
};
