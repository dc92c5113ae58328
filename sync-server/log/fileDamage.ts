// What SQLite itself finds wrong with a database file, and with the rows in it that name others: as plain sentences, each
// with its place. Reads only.
import Database from 'better-sqlite3';
import { numberOf, textOf, UnexpectedColumn, type Row } from './columns.ts';

/** After so many SQLite looks no further: it would only be longer. */
const maxFindings = 1000;
/** Named of one table's pages. */
const maxPagesNamed = 8;

/** The file does not hold what was written, so nothing more can be read there. */
export const isDamage = (error: unknown): boolean =>
  error instanceof UnexpectedColumn || error instanceof Database.SqliteError;

const names = (db: Database.Database, type: 'table' | 'index'): readonly (readonly [number, string])[] =>
  db
    .prepare<[string], Row>('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0 AND type = ?')
    .all(type)
    .map((row) => [numberOf(row, 'rootpage'), textOf(row, 'name')]);

export function findFileDamage(db: Database.Database): readonly string[] {
  const tables = names(db, 'table');
  const nameByRoot = new Map([...tables, ...names(db, 'index')]);
  const pagesByPlace = new Map<string, Set<string>>();
  const sentences = new Set<string>();
  function hear(line: string) {
    if (line === 'ok' || line.startsWith('***')) return;
    const [, root, page] = /^Tree (\d+) page (\d+)/.exec(line) ?? [];
    if (root === undefined || page === undefined) return void sentences.add(sentenceOf(line));
    const place = plainly(nameByRoot.get(Number(root)) ?? 'the list of its tables');
    pagesByPlace.set(place, (pagesByPlace.get(place) ?? new Set()).add(page));
  }
  /** False where SQLite itself could not go on. */
  function check(argument: string | number): boolean {
    return canBeRead(() => {
      for (const row of db.prepare<[], Row>(`PRAGMA integrity_check(${argument})`).iterate())
        for (const line of textOf(row, 'integrity_check').split('\n')) hear(line);
    });
  }
  if (!check(maxFindings)) {
    for (const [root, name] of tables)
      if (!check(`'${name}'`) && !pagesByPlace.has(name))
        sentences.add(`the file is damaged in ${name}, from page ${root} on`);
  }
  for (const [place, pages] of pagesByPlace)
    sentences.add(`the file is damaged in ${place}: ${named([...pages])}`);
  return [...sentences];
}

function canBeRead(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

function named(pages: readonly string[]): string {
  const more = pages.length - maxPagesNamed;
  const list = `page ${pages.slice(0, maxPagesNamed).join(', ')}`;
  return more > 0 ? `${list} and ${more} more` : list;
}

/** An index that SQLite made by itself, by its table. */
const plainly = (name: string): string => name.replace(/^sqlite_autoindex_(\w+)_\d+$/, 'an index of $1');

function sentenceOf(line: string): string {
  const [, index] = /(?:in|from) index (\S+)/.exec(line) ?? [];
  if (index !== undefined) return `the file is damaged: ${plainly(index)} does not fit its table`;
  if (line.includes('ptrmap')) return 'the file is damaged in the map of its pages';
  if (line.startsWith('Freelist')) return 'the file is damaged in the list of its free pages';
  const [, unused] = /^Page (\d+): never used/.exec(line) ?? [];
  if (unused !== undefined) return `the file is damaged: page ${unused} belongs to nothing`;
  return `the file is damaged: ${line}`;
}

/** Rows that name a row of another table which is not there. */
export function findOrphans(db: Database.Database): readonly string[] {
  const sentences: string[] = [];
  for (const [, table] of names(db, 'table')) {
    const rowsByParent = new Map<string, number[]>();
    const isRead = canBeRead(() => {
      for (const row of db.prepare<[], Row>(`PRAGMA foreign_key_check('${table}')`).iterate()) {
        const parent = textOf(row, 'parent');
        rowsByParent.set(parent, [...(rowsByParent.get(parent) ?? []), numberOf(row, 'rowid')]);
      }
    });
    if (!isRead) sentences.push(`whom the rows of ${table} name can't be read: the file is damaged there`);
    for (const [parent, rows] of rowsByParent) {
      const [first, last] = [rows[0], rows.at(-1)];
      const where = first === last ? `row ${first}` : `rows ${first} to ${last}`;
      sentences.push(`${rows.length} rows of ${table} that name ${parent} which are not there: ${where}`);
    }
  }
  return sentences;
}
