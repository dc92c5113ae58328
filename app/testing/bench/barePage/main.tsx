// What a cold start is compared with: React and Dexie as the app has them, 200 rows read from the device and painted, one of
// which can be chosen, and nothing else. Installed for use without a network, as the app is.
import { Dexie, type Table } from 'dexie';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

interface Row {
  readonly id: number;
  readonly title: string;
  readonly preview: string;
  readonly at: number;
}
class RowDatabase extends Dexie {
  declare rows: Table<Row, number>;
  constructor() {
    super('rows', { cache: 'disabled' });
    this.version(1).stores({ rows: 'id, at' });
  }
}
const count = 200;
const database = new RowDatabase();
/** At the first visit they are written. */
if ((await database.rows.count()) < count) {
  await database.rows.bulkPut(
    Array.from({ length: count }, (_, id) => ({
      id,
      title: `Chat ${id}`,
      preview: 'what was said last, long enough for two lines of a list '.repeat(2),
      at: 1_767_225_600_000 + id * 60_000,
    })),
  );
}
const rows = await database.rows.orderBy('at').reverse().toArray();
const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no #root');

function List() {
  const [chosen, setChosen] = useState<number>();
  return (
    <ul>
      {rows.map(({ id, title, preview, at }) => (
        <li key={id}>
          <a
            href={`/${id}`}
            aria-current={id === chosen ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault();
              setChosen(id);
            }}
          >
            <b>{title}</b> <time>{new Date(at).toISOString()}</time>
            <p>{preview}</p>
          </a>
        </li>
      ))}
    </ul>
  );
}
createRoot(root).render(<List />);
await navigator.serviceWorker.register('/serviceWorker.js');
