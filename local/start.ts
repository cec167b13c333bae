// It makes the heap small. The rest is imported afterwards, because that must come before anything is in the heap.
import './start/memory.ts';

await import('./start/main.ts');
