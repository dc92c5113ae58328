// How the page, its workers and the service worker are built. The app's sources lie in app/, what is copied as it is
// in public/, and the result in dist/, which the relay (or any other web server) hands out.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { manifest } from './app/worker/manifest.ts';

export default defineConfig({
  root: 'app',
  publicDir: '../public',
  cacheDir: '../node_modules/.vite',
  build: { outDir: '../dist', emptyOutDir: true, sourcemap: true },
  worker: { format: 'es' },
  plugins: [
    react(),
    tailwindcss(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'worker',
      filename: 'serviceWorker.ts',
      // The page registers the worker itself and asks before it updates: a reload must never take a half-written message.
      injectRegister: false,
      registerType: 'prompt',
      manifest,
      includeManifestIcons: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,woff2}', 'favicon.svg', 'icons/icon-192.png'],
        // Everything precached is downloaded at the first visit; the budget for all of it is 1.5 MB.
        maximumFileSizeToCacheInBytes: 1_500_000,
      },
    }),
  ],
});
