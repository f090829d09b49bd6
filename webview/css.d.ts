/** esbuild bundles what is imported here into the panel's style sheet. */
declare module '*.css';
