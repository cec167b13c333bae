import * as z from 'zod';
import { choiceField, textField } from '../fields.ts';
import { namePatternField, ownerPatternField } from '../tracking/fields.ts';
import { TOPIC_PATTERN } from './rule.ts';

/** Which repositories belong to a group, now and later. `*` stands for any characters, `?` for one; case is ignored. */
export const GroupRuleFields = z.strictObject({
  owner: ownerPatternField('repositoryGroup', 'owner').default('*'),
  namePattern: namePatternField('repositoryGroup', 'namePattern').default('*'),
  /** Null for any repository. */
  topic: textField('repositoryGroup', 'topic')
    .regex(TOPIC_PATTERN, 'Give a topic, such as command-line: letters, digits and -.')
    .nullable()
    .default(null),
  visibility: choiceField('repositoryGroup', 'visibility').default('any'),
});
