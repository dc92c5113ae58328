// Headers on everything that the relay hands out: the page may load only itself, talk only to this relay, and be framed
// by nobody.
import type { MiddlewareHandler } from 'hono';

/** `publicOrigin` is where people reach this relay. */
const policyFor = (publicOrigin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // React and virtual lists set positions through style attributes.
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    // Older Safaris (before 15.4) don't count the same host's sockets as 'self'.
    `connect-src 'self' ${publicOrigin.replace(/^http/, 'ws')}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ');

export function securityHeaders(publicOrigin: string): MiddlewareHandler {
  const policy = policyFor(publicOrigin);
  return async (c, next) => {
    await next();
    c.header('Content-Security-Policy', policy);
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('X-Frame-Options', 'DENY');
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    c.header('Permissions-Policy', 'camera=(self), microphone=(self), geolocation=()');
  };
}
