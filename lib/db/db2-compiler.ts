import {
  type DataTypeNode,
  DefaultQueryCompiler,
  type DeleteQueryNode,
  FetchNode,
  type InsertQueryNode,
  type OffsetNode,
  type OperationNode,
  type ReturningNode,
  type SelectModifierNode,
  type SelectQueryNode,
  type UpdateQueryNode,
  type ValueNode,
} from 'kysely';

type Returning = { readonly returning?: ReturningNode };

/** What Db2 calls types of PostgreSQL. Text of any length has the length of the longest column. */
const DB2_TYPES: Record<string, string> = { timestamptz: 'timestamp(3)', text: 'clob(1048576)' };

/**
 * Compiles statements to Db2's SQL. It overrides only what differs from the standard: identifiers are upper case, FETCH FIRST
 * instead of LIMIT, FINAL TABLE instead of RETURNING, and the names of some types.
 */
export class Db2QueryCompiler extends DefaultQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '?';
  }

  /** The scripts name tables without quotes, which Db2 turns into upper case. */
  protected override sanitizeIdentifier(identifier: string): string {
    return super.sanitizeIdentifier(identifier).toUpperCase();
  }

  /** Kysely writes limit, offset and fetch in this order; OFFSET … ROWS must come before FETCH FIRST. */
  protected override visitSelectQuery(node: SelectQueryNode): void {
    const { limit, ...rest } = node;
    super.visitSelectQuery(limit ? { ...rest, fetch: FetchNode.create(countOf(limit.limit), 'only') } : node);
  }

  protected override visitFetch(node: FetchNode): void {
    this.append(`fetch first ${countOf(node.rowCount)} rows only`);
  }

  protected override visitOffset(node: OffsetNode): void {
    this.append(`offset ${countOf(node.offset)} rows`);
  }

  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'ForUpdate') this.append('for read only with rs use and keep update locks');
    else super.visitSelectModifier(node);
  }

  /** Lengths are in characters, as in PostgreSQL. */
  protected override visitDataType(node: DataTypeNode): void {
    const type = node.dataType.replace(/^varchar\((\d+)\)$/, 'varchar($1 codeunits32)');
    this.append(DB2_TYPES[type] ?? type);
  }

  protected override visitInsertQuery(node: InsertQueryNode): void {
    this.#changed('final', node, (rest) => super.visitInsertQuery(rest));
  }

  protected override visitUpdateQuery(node: UpdateQueryNode): void {
    this.#changed('final', node, (rest) => super.visitUpdateQuery(rest));
  }

  protected override visitDeleteQuery(node: DeleteQueryNode): void {
    this.#changed('old', node, (rest) => super.visitDeleteQuery(rest));
  }

  #changed<N extends Returning>(table: 'final' | 'old', node: N, write: (node: N) => void): void {
    const { returning, ...rest } = node;
    if (returning) {
      this.append('select ');
      this.compileList(returning.selections);
      this.append(` from ${table} table (`);
    }
    write(rest as N);
    if (returning) this.append(')');
  }
}

/** Db2 accepts markers there, but then its plan does not know how few rows are wanted. */
function countOf(node: OperationNode): number {
  const count = Number((node as ValueNode).value);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new Error('A number of rows must be a whole number.');
}
