import { defineConfig } from 'vite';

/** Builds the page into files that need nothing from outside and may lie at any address. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2024',
    outDir: 'dist',
    emptyOutDir: true,
    // Every browser that runs the page preloads modules by itself.
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
  },
});
