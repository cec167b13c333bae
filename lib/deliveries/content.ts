import type { Message } from '../channels/message.ts';

/** A mail that says more than the message alone. */
interface RichMail {
  subject: string;
  html: string;
  text: string;
  /** Pictures that the HTML shows as `cid:` addresses. */
  pictures: { cid: string; png: Uint8Array }[];
}

/** What is sent, in the forms that receivers take. */
export interface Content {
  message: Message;
  /** Null: a mail of the message itself. */
  mail: RichMail | null;
}
