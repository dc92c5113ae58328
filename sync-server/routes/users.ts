// Users' ledgers, for whoever has an account here: public keys only.
import { Hono } from 'hono';
import { ledgerResponse } from '../../shared/protocol/http.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { answer, idParameter, refuse, type Env } from './answers.ts';
import { withCaller } from './callers.ts';
import type { RouteDeps } from './routeDeps.ts';

export function userRoutes({ log, tokens, rates }: RouteDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/api/users/:user/ledger', (c) =>
    withCaller(c, tokens, rates.read, () => {
      const userId = idParameter<UserId>(c, 'user', 32);
      const entries = userId ? log.accounts.ledgerOf(userId) : [];
      return entries.length > 0
        ? answer(c, ledgerResponse, { entries: [...entries] })
        : refuse(c, 'not-found');
    }),
  );
  return app;
}
