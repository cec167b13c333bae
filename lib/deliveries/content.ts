import type { Message } from '../channels/message.ts';

/** A mail that says more than the message alone. */
interface RichMail {
  subject: string;
  html: string;
  text: string;
  /** Pictures that the HTML shows as `cid:` addresses. */
  pictures: { cid: string; png: Uint8Array }[];
}

/** Writes a mail for a receiver. */
export type ToMail = (given: { reason: string }) => RichMail;

/** What is sent, in the forms that receivers take. */
export interface Content {
  message: Message;
  /** The mail, with the reason why its receiver gets it. Null: a mail of the message itself. */
  toMail: ToMail | null;
}
