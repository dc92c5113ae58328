// The relay's HTTP side as one Hono app, without listening: tests call it directly. Puts the handlers together, and says
// the same closed list of refusals for everything that goes wrong.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { matchedRoutes } from 'hono/route';
import { relayInfo } from '../shared/protocol/http.ts';
import { maxRequestBytes } from '../shared/protocol/limits.ts';
import { protocolVersion } from '../shared/protocol/version.ts';
import { describeBug } from './relay/logSink.ts';
import { accountRoutes } from './routes/accounts.ts';
import { answer, refuse, type Ask, type Env } from './routes/answers.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { ledgerRoutes } from './routes/ledgers.ts';
import { pageRoutes } from './routes/pages.ts';
import type { RouteDeps } from './routes/routeDeps.ts';
import { securityHeaders } from './routes/securityHeaders.ts';
import { userRoutes } from './routes/users.ts';

/** `pagesFolder` holds the built app; without it the relay serves its API alone. */
export function createApp(deps: RouteDeps, publicOrigin: string, pagesFolder: string | undefined): Hono<Env> {
  const { relayKey, registration, report } = deps;
  const app = new Hono<Env>();

  app.use(securityHeaders(publicOrigin));
  app.use('/api/*', async (c, next) => {
    const from = performance.now();
    await next();
    c.header('Cache-Control', 'no-store');
    // By its own clock, which devices go by where theirs is wrong (SPEC S12).
    c.header('Date', new Date(deps.now()).toUTCString());
    const ms = Math.round((performance.now() - from) * 10) / 10;
    report({ event: 'request', method: c.req.method, route: routeOf(c), status: c.res.status, ms });
  });
  app.use('/api/*', bodyLimit({ maxSize: maxRequestBytes, onError: (c) => refuse(c, 'too-large') }));

  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/api/relay', (c) =>
    answer(c, relayInfo, { version: protocolVersion, relayKey: relayKey.publicKey, registration }),
  );
  app.route('/', accountRoutes(deps));
  app.route('/', userRoutes(deps));
  app.route('/', ledgerRoutes(deps));
  app.route('/', invitationRoutes(deps));
  app.all('/api/*', (c) => refuse(c, 'not-found'));
  if (pagesFolder !== undefined) app.route('/', pageRoutes(pagesFolder));
  app.notFound((c) => refuse(c, 'not-found'));
  app.onError((error, c) => {
    report(describeBug(routeOf(c), error));
    return refuse(c, 'internal');
  });
  return app;
}

/** The handler's pattern: an address itself holds ids. */
const routeOf = (c: Ask): string =>
  matchedRoutes(c).find(({ path }) => !path.endsWith('*'))?.path ?? 'unknown';
