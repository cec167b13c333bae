/** `Intl.ListFormat` in English: "a, b, and c", without Node's tables of languages. */
export class ListFormat {
  readonly #word: string;

  constructor(_locale: string, { type }: { type: 'conjunction' | 'disjunction' }) {
    this.#word = type === 'conjunction' ? 'and' : 'or';
  }

  format(list: Iterable<string>): string {
    const items = [...list];
    const last = items.pop() ?? '';
    if (items.length === 0) return last;
    return `${items.join(', ')}${items.length > 1 ? ',' : ''} ${this.#word} ${last}`;
  }
}
