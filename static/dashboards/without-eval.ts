import * as z from 'zod';

// The CSP forbids eval, which Zod tries when it makes a schema. Import this before any schema.
z.config({ jitless: true });
