import * as z from 'zod';

// The page's policy forbids code made from text. Said before a schema is made, which would otherwise try.
z.config({ jitless: true });
