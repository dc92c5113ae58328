// Imports go down the stairs and outside things come in by their doors: checked on every source file there is, and
// the checker itself on planted trees, because a checker that finds nothing may just be blind.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStairs } from './stairs.ts';

const root = new URL('../../', import.meta.url);

function readTree(): Map<string, string> {
  const paths = globSync('{app,sync-server,shared}/**/*.{ts,tsx}', { cwd: root });
  return new Map(
    paths.sort().map((path) => [path.replaceAll(sep, '/'), readFileSync(new URL(path, root), 'utf8')]),
  );
}

const breachesOf = (tree: Record<string, string>) => checkStairs(new Map(Object.entries(tree))).breaches;

describe('the stairs of this project', () => {
  const report = checkStairs(readTree());

  it('has no breach', () => {
    expect(report.breaches).toEqual([]);
  });

  it('has looked at something', () => {
    expect(existsSync(new URL('package.json', root))).toBe(true);
    expect(report.fileCount).toBeGreaterThan(2);
    expect(report.importCount).toBeGreaterThan(report.fileCount / 2);
  });
});

describe('the checker', () => {
  it('accepts a tree that keeps the rules', () => {
    expect(
      breachesOf({
        'app/main.tsx': `import { App } from './ui/App.tsx'; import { openStore } from './storage/openStore.ts';`,
        'app/ui/App.tsx': `import { Inbox } from './inbox/Inbox.tsx'; import { useState } from 'react';`,
        'app/ui/inbox/Inbox.tsx': `import './inbox.css'; import { Button } from '../kit/Button.tsx'; import { listChats } from '../../chat/listChats.ts';`,
        'app/ui/kit/Button.tsx': `import { parseId } from '../../../shared/protocol/ids.ts';`,
        'app/chat/listChats.ts': `import { openDoc } from '../doc/openDoc.ts';`,
        'app/doc/openDoc.ts': `import * as Y from 'yjs'; import { connect } from '../sync/connect.ts'; import { seal } from '../crypto/seal.ts';`,
        'app/sync/connect.ts': `new WebSocket('ws://localhost'); import { openStore } from '../storage/openStore.ts';`,
        'app/storage/openStore.ts': `import { Dexie } from 'dexie'; import type { Doc } from 'yjs'; import { seal } from '../crypto/seal.ts';`,
        'app/crypto/seal.ts': `import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'; crypto.subtle.sign;`,
        'app/worker/engine.ts': `import { openDoc } from '../doc/openDoc.ts';`,
        'app/testing/harbour.ts': `import { startRelay } from '../../sync-server/main.ts'; import * as Y from 'yjs';`,
        'app/chat/listChats.test.ts': `import { startHarbour } from '../testing/harbour.ts';`,
        'shared/protocol/ids.ts': `import * as v from 'valibot';`,
        'sync-server/main.ts': `import { openLog } from './log/openLog.ts'; import { createHash } from 'node:crypto';`,
        'sync-server/log/openLog.ts': `import Database from 'better-sqlite3';`,
        'sync-server/auth/isSigned.ts': `import { verify } from 'node:crypto';`,
        'sync-server/relay/socket.test.ts': `import { WebSocket } from 'ws'; new WebSocket('ws://localhost');`,
      }),
    ).toEqual([]);
  });

  const low = {
    'app/crypto/seal.ts': '',
    'app/storage/table.ts': '',
    'app/sync/link.ts': '',
    'app/doc/doc.ts': '',
  };
  const high = {
    'app/chat/chat.ts': '',
    'app/ui/App.tsx': '',
    'app/ui/kit/Icon.tsx': '',
    'app/ui/people/List.tsx': '',
  };
  const sides = {
    'shared/ids.ts': '',
    'sync-server/app.ts': '',
    'app/worker/engine.ts': '',
    'app/testing/fake.ts': '',
  };
  const empty = { ...low, ...high, ...sides };

  const planted: [what: string, path: string, text: string, said: RegExp][] = [
    ['a climb by value', 'app/sync/x.ts', `import { a } from '../doc/doc.ts';`, /sync may not climb to doc/],
    [
      'a climb by type',
      'app/doc/x.ts',
      `import type { A } from '../chat/chat.ts';`,
      /doc may not climb to chat/,
    ],
    ['a climb by import()', 'app/doc/x.ts', `await import('../chat/chat.ts');`, /doc may not climb to chat/],
    ['a climb by re-export', 'app/doc/x.ts', `export { a } from '../chat/chat.ts'; let b;`, /climb to chat/],
    ['a climb by import type', 'app/doc/x.ts', `let a: import('../chat/chat.ts').A;`, /climb to chat/],
    [
      'a climb by worker URL',
      'app/doc/x.ts',
      `new URL('../chat/chat.ts', import.meta.url);`,
      /climb to chat/,
    ],
    ['a climb with a query', 'app/doc/x.ts', `import a from '../chat/chat.ts?worker';`, /climb to chat/],
    [
      'crypto on storage',
      'app/crypto/x.ts',
      `import { a } from '../storage/table.ts';`,
      /crypto may not climb/,
    ],
    ['a climb in a test', 'app/doc/x.test.ts', `import { a } from '../chat/chat.ts';`, /climb to chat/],
    ['a root imported', 'app/chat/x.ts', `import { a } from '../worker/engine.ts';`, /composition root/],
    ['a double in use', 'app/chat/x.ts', `import { a } from '../testing/fake.ts';`, /only tests/],
    ['a worker with a screen', 'app/worker/x.ts', `import { a } from '../ui/App.tsx';`, /no screen/],
    ['ui past chat', 'app/ui/x.tsx', `import { a } from '../doc/doc.ts';`, /ui sees only chat/],
    ['feature to feature', 'app/ui/inbox/x.tsx', `import { a } from '../people/List.tsx';`, /feature people/],
    ['kit to feature', 'app/ui/kit/x.tsx', `import { a } from '../people/List.tsx';`, /feature people/],
    ['feature to top', 'app/ui/inbox/x.tsx', `import { a } from '../App.tsx';`, /top of the ui/],
    [
      'app to relay',
      'app/sync/x.ts',
      `import { a } from '../../sync-server/app.ts';`,
      /may not import sync-server/,
    ],
    ['relay to app', 'sync-server/x.ts', `import { a } from '../app/crypto/seal.ts';`, /may not import app/],
    ['shared to app', 'shared/x.ts', `import { a } from '../app/crypto/seal.ts';`, /may not import app/],
    [
      'shared to relay',
      'shared/x.ts',
      `import { a } from '../sync-server/app.ts';`,
      /may not import sync-server/,
    ],
    [
      '@noble outside',
      'app/account/x.ts',
      `import { a } from '@noble/hashes/sha2.js';`,
      /only app\/crypto\/ may/,
    ],
    [
      '@noble on the relay',
      'sync-server/x.ts',
      `import { a } from '@noble/hashes/sha2.js';`,
      /only app\/crypto/,
    ],
    ['yjs outside', 'app/chat/x.ts', `import type { Doc } from 'yjs';`, /only app\/doc\/ may/],
    ['yjs values in storage', 'app/storage/x.ts', `import { Doc } from 'yjs';`, /only app\/doc\/ may/],
    ['y-protocols outside', 'app/sync/x.ts', `import { a } from 'y-protocols/sync';`, /only app\/doc\/ may/],
    ['dexie outside', 'app/chat/x.ts', `import { Dexie } from 'dexie';`, /only app\/storage\/ may/],
    ['y-indexeddb in doc', 'app/doc/x.ts', `import { a } from 'y-indexeddb';`, /only app\/storage\/ may/],
    ['a socket outside sync', 'app/doc/x.ts', `new globalThis.WebSocket('');`, /only app\/sync\/ may/],
    [
      'WebCrypto outside',
      'app/account/x.ts',
      `globalThis.crypto.subtle.verify(a);`,
      /only app\/crypto\/ may/,
    ],
    [
      'SQL outside',
      'sync-server/relay/x.ts',
      `import D from 'better-sqlite3';`,
      /only sync-server\/log\/ may/,
    ],
    [
      'a second verifier',
      'sync-server/relay/x.ts',
      `import { verify } from 'node:crypto';`,
      /only sync-server\/auth/,
    ],
    ['a hidden verifier', 'sync-server/x.ts', `import * as c from 'node:crypto';`, /only sync-server\/auth/],
    ['any', 'shared/x.ts', `export const a = (b: unknown) => b as any;`, /says any/],
    ['a silencer', 'shared/x.ts', `// @ts-ignore\nlet a;`, /switches a checker off/],
    ['a lint silencer', 'shared/x.ts', `/* oxlint-disable */\nlet a;`, /switches a checker off/],
    ['a barrel', 'shared/all.ts', `export * from './ids.ts';`, /barrel/],
    ['an index', 'shared/codec/index.ts', `let a;`, /index file/],
    ['a drawer', 'shared/utils/a.ts', `let a;`, /"utils" says nothing/],
    ['a drawer file', 'app/chat/timeHelpers.ts', `let a;`, /"timeHelpers" says nothing/],
    ['an unknown floor', 'app/lib/a.ts', `let a;`, /no floor "lib"/],
    ['a stray file', 'app/state.ts', `let a;`, /only main\.tsx/],
    ['a long file', 'shared/x.ts', 'let a;\n'.repeat(401), /401 lines, over 400/],
    ['a mock', 'app/testing/x.ts', `vi.mock('../chat/chat.ts');`, /mocks a module/],
    ['a missing file', 'app/chat/x.ts', `import { a } from './gone.ts';`, /no such file/],
    ['no extension', 'app/chat/x.ts', `import { a } from './chat';`, /no such file/],
    ['a rooted path', 'app/chat/x.ts', `import { a } from '/doc/doc.ts';`, /must be relative/],
    ['a computed import', 'app/chat/x.ts', 'await import(name);', /must name its file/],
    ['what does not parse', 'shared/x.ts', `let = = 1;`, /does not parse/],
  ];

  it.each(planted)('reports %s', (_what, path, text, said) => {
    const breaches = breachesOf({ ...empty, [path]: text });
    expect(breaches.length).toBeGreaterThanOrEqual(1);
    expect(breaches.every((breach) => breach.includes(path))).toBe(true);
    expect(breaches.join('\n')).toMatch(said);
  });

  it('reports nothing of the tree that breaches are planted in', () => {
    expect(breachesOf(empty)).toEqual([]);
  });

  it('reports a cycle of values, and not one of types', () => {
    const cycleOf = (kind: string) =>
      breachesOf({
        'shared/a.ts': `import { b } from './b.ts';`,
        'shared/b.ts': `import { c } from './c.ts';`,
        'shared/c.ts': `import ${kind} { a } from './a.ts';`,
      });
    expect(cycleOf('')).toEqual(['cycle: shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts']);
    expect(cycleOf('type')).toEqual([]);
  });

  it('reports a median of 150 lines, and lets tests be long', () => {
    const long = 'let a;\n'.repeat(150);
    expect(breachesOf({ 'shared/a.ts': long })).toEqual(['the median file has 150 lines, not under 150']);
    expect(breachesOf({ 'shared/a.ts': '', 'shared/a.test.ts': long.repeat(3) })).toEqual([]);
  });
});
